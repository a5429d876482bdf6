# exercise 16.2: pattern
pattern = '{ ($.team = "blue") && ($.status = "429") }'
