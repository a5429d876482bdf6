# exercise 2.2: memory
memory = 2 * 1769
