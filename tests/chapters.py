"""The chapters that tests look at, by what they make: numbers change when a page is divided."""

from lab.course import LAST, that_makes

STAGE = that_makes("stage").number
KEYS = that_makes("team_keys").number
POOL = that_makes("user_pool").number
PLANS = that_makes("usage_plans").number
BUDGET = that_makes("token_budget").number
LOGS = that_makes("access_logs").number
ALARMS = that_makes("alarms").number
CHAT = that_makes("chat_completions").number
STREAM = that_makes("streaming").number
DIALECTS = that_makes("other_dialects").number
INSTANCES = that_makes("balancer").number
WHOLE = LAST
