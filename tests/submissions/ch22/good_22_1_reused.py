# exercise 22.1: admit
from gateway.instances.network import passage


def admit(caller, called):
    passage("reused", caller, called, 443)
