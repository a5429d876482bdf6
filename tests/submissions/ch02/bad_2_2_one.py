# exercise 2.2: memory
# says: 1769 MB is 1.00 CPUs.
memory = 1769
