# exercise 17.2: pattern
# says: It counts a call of another team, bluebird.
pattern = '{ $.status = "429" && $.team = "blue*" }'
