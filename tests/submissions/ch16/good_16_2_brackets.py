# exercise 12.2: pattern
pattern = '{ ($.team = "blue") && ($.status = "429") }'
