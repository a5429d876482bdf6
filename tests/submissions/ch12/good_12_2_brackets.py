# exercise 11.2: pattern
pattern = '{ ($.team = "blue") && ($.status = "429") }'
