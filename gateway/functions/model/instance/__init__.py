"""What an instance lacks of Lambda: who asks, a log that is kept, and an end that is no accident.

No model is asked here, and nothing here knows a dialect.
"""
