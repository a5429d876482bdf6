# exercise 9.2: pattern
pattern = '{ ($.team = "blue") && ($.status = "429") }'
