# exercise 2.2: memory
# says: 2048 MB is 1.16 CPUs: the limit is not a power of two.
memory = 2048
