# exercise 13.2: fair
# says: With 2 teams, the variables are 150.
def fair(settings, budget):
    return 300 // len(settings.teams)
