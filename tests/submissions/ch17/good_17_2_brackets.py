# exercise 17.2: pattern
pattern = '{ ($.team = "blue") && ($.status = "429") }'
