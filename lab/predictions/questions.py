"""The questions, one a chapter. Each is answered by a cell of the same chapter."""

from __future__ import annotations

from lab.predictions.state import Option, Question

QUESTIONS = (
    Question(
        "1",
        "The role exists and trusts API Gateway. What can API Gateway do with it now?",
        (
            Option(
                "Nothing yet: it may take on the role, and the role may do nothing",
                "The trust policy says who may take the role on. What the role may do is said by "
                "policies on it, and there is none before chapter 02.",
                right=True,
            ),
            Option(
                "Invoke every function of the account",
                "It would need a policy that allows lambda:InvokeFunction on all of them. IAM "
                "denies what nothing allows.",
            ),
            Option(
                "Invoke the one function of this course",
                "That is what chapter 02 adds. The role does not know of any function yet.",
            ),
        ),
    ),
    Question(
        "2",
        "The policy needs the function's ARN, which exists only once the function does. What does "
        "the first plan show?",
        (
            Option(
                "An error: the ARN is unknown",
                "An output may be unknown in a plan. Pulumi passes it on, and puts the policy "
                "behind the function.",
            ),
            Option(
                "Both will be created, and the policy's text is not known yet",
                "The ARN is an output. The plan knows that the policy depends on it, and that is "
                "enough to put both in order.",
                right=True,
            ),
            Option(
                "The function is created at once, to learn its ARN",
                "A plan changes nothing. It works with what is known, and says what is not.",
            ),
        ),
    ),
    Question(
        "3",
        "The API exists and its resource policy allows everyone. Who can call it now?",
        (
            Option(
                "Everyone who knows its id",
                "There is nothing to call: the id is part of a URL only with a stage behind it.",
            ),
            Option(
                "Nobody: nothing is deployed, so there is no URL",
                "What was made is a description. A deployment copies it, and a stage serves the "
                "copy: both come in chapter 06.",
                right=True,
            ),
            Option(
                "Only callers inside the account",
                "The policy makes no such difference. And nobody can call what is not served.",
            ),
        ),
    ),
    Question(
        "4",
        "The method is ANY. You write POST in its place. What does the plan show?",
        (
            Option(
                "An update of the method: the same one, with another name",
                "A method has no other name than its verb. API Gateway has a call to make one and a "
                "call to delete one, and none that makes a POST of an ANY.",
            ),
            Option(
                "A replacement of the method, and of nothing else",
                "POST is another method: the old one is deleted, the new one is made. The path that "
                "both hang on stays as it is.",
                right=True,
            ),
            Option(
                "A replacement of the path, and of the method with it",
                "The method refers to the path, not the path to the method. What is replaced takes "
                "along what refers to it, never what it refers to.",
            ),
        ),
    ),
    Question(
        "5",
        "The integration's method is POST. A caller sends GET /model. Which method does the "
        "function see?",
        (
            Option(
                "POST, as the integration says",
                "POST is how API Gateway calls Lambda's own API. The function never sees that call.",
            ),
            Option(
                "GET, as the caller sent it",
                "A proxy integration hands the request over as it came, in the event: "
                "event['httpMethod'] is GET.",
                right=True,
            ),
            Option(
                "ANY, as the method says",
                "ANY is a rule that takes all methods. A request has just one.",
            ),
        ),
    ),
    Question(
        "6",
        "/model has the method ANY. The stage serves it, and someone calls /models. What do "
        "they get?",
        (
            Option(
                "404 Not Found",
                "So a web server would say. API Gateway does not: it cannot tell a wrong path "
                "from a call that lacks its signature, and treats both alike.",
            ),
            Option(
                "403 Missing Authentication Token",
                "It is API Gateway's answer to every path and method that it does not have. No "
                "token is missing: the path is.",
                right=True,
            ),
            Option(
                "The function's own answer: ANY takes everything",
                "ANY means every method of this one path. For every path there is {proxy+}.",
            ),
        ),
    ),
    Question(
        "7",
        "You take a part of the API out of the program and run up. It makes a new deployment, "
        "deletes the part, and reports success. Do callers still meet the part?",
        (
            Option(
                "No: the new deployment has been made without it",
                "Pulumi deletes last. When the deployment was made, the part was still there, and "
                "so it is in the copy.",
            ),
            Option(
                "Yes, until another deployment is made",
                "The copy was made before the part was deleted. The stage serves the copy, and "
                "nothing in it changes any more.",
                right=True,
            ),
            Option(
                "For a minute or two, until all servers have heard of it",
                "New deployments take that long on AWS to reach every server. But this one has the "
                "part in it, and would serve it for years.",
            ),
        ),
    ),
    Question(
        "8",
        "The blue team makes ten calls within a minute, each with its right key. How often does API "
        "Gateway call the authorizer's function?",
        (
            Option(
                "Ten times: each call has to be decided",
                "Each is decided, but not each anew: the answer to this key is kept for five minutes "
                "unless you say otherwise.",
            ),
            Option(
                "Once: what it said of this key is remembered",
                "The answer is a policy, and API Gateway judges the next calls by it. So the policy "
                "has to hold for every path, and a key that is taken away is let in a while longer.",
                right=True,
            ),
            Option(
                "Never: API Gateway knows the keys itself",
                "It made them, and it compares none of them here. Who decides is the function.",
            ),
        ),
    ),
    Question(
        "9",
        "A method wants an API key, and its authorization is NONE. Somebody calls with a right "
        "key. What does API Gateway know of them?",
        (
            Option(
                "Who they are",
                "A key is not tied to anybody. Whoever has read it in a log, a page or a "
                "colleague's notebook sends the same header.",
            ),
            Option(
                "That they know a key, and so whose plan to count the call on",
                "That is what an API key is for: counting and limiting. Who calls is asked by an "
                "authorization other than NONE.",
                right=True,
            ),
            Option(
                "Nothing: with NONE, keys are not looked at",
                "They are: without a right key the answer is 403. Only, the key is all that is "
                "looked at.",
            ),
        ),
    ),
    Question(
        "10",
        "A token was signed by the user pool for one hour. After ten minutes you disable its "
        "owner in the pool. Who is let in with it at the gateway in the next fifty?",
        (
            Option(
                "Nobody: the gateway asks the pool each time",
                "The gateway checks the signature with the pool's public key, and the date. It "
                "does not ask.",
            ),
            Option(
                "Whoever has it",
                "A token is true by its signature until it ends. So it has to end soon: that is "
                "what expiry is for.",
                right=True,
            ),
            Option(
                "Only its owner: a token belongs to a client",
                "A bearer token belongs to whoever bears it. A signature is made anew for each "
                "request; a token is not.",
            ),
        ),
    ),
    Question(
        "11",
        "Each team has a plan: ten calls at once, then five a second. The stage lets 20 a second "
        "through for all together. Blue calls 20 times a second, green 4 times. What does green "
        "notice?",
        (
            Option(
                "Some 429: together they are over the stage's 20",
                "The stage counts what the plans let through. Of blue's calls, that is five a "
                "second in the long run.",
            ),
            Option(
                "Slower answers: its calls wait behind blue's",
                "API Gateway has no queue. A call over a limit is refused at once.",
            ),
            Option(
                "Nothing: each key has a token bucket of its own",
                "Blue's calls take blue's tokens. Green takes four a second of five, and is never "
                "refused.",
                right=True,
            ),
        ),
    ),
    Question(
        "12",
        "Bodies of POST /model are compared with a JSON Schema, which is registered for "
        "application/json. A body that breaks it is sent as text/plain. What does API Gateway do?",
        (
            Option(
                "It refuses the body with 415: the type is unknown",
                "With a proxy integration, API Gateway takes any type. A 415 would be the function's.",
            ),
            Option(
                "It refuses the body with 400: it breaks the schema",
                "A schema is looked up by the type that the caller names. For this one there is none.",
            ),
            Option(
                "It hands the body to the function, unchecked",
                "No schema for the type, no check. The caller chooses the type: so one has to stand "
                "for all of them.",
                right=True,
            ),
        ),
    ),
    Question(
        "13",
        "A team has 300 tokens left. Eight calls arrive in the same moment. Each may need 64, and will "
        "have used about 50 when it is done. How many are let in at that moment?",
        (
            Option(
                "All eight: when they look, 300 are left",
                "So it is where each one only looks. Whoever looks and then writes has to do both "
                "in one step.",
            ),
            Option(
                "Four: four times 64 is 256",
                "Each sets aside what it may need. The table makes one change after the other, and "
                "refuses the one that does not fit. Once a call has settled, there is room again.",
                right=True,
            ),
            Option(
                "Six: six times 50 is 300",
                "So it would be if the counter knew in advance what a call will use. Nobody does "
                "before the model has ended.",
            ),
        ),
    ),
    Question(
        "14",
        "Your gateway logs each request. Another team in the same account and Region takes its own "
        "gateway down, with `pulumi destroy`. What becomes of your logs?",
        (
            Option(
                "Nothing: their gateway has groups and a role of its own",
                "Groups are each gateway's own. The role is not: API Gateway knows one for the "
                "account and Region, and whoever sets or removes it does so for all.",
            ),
            Option(
                "Your calls fail with 500, since no line can be written",
                "A call never waits for its line, and never fails for it. So nobody notices.",
            ),
            Option(
                "They stop, and no error says so",
                "With their gateway went the account's role. Your stage still says that it logs, "
                "your calls are answered, and no line comes any more.",
                right=True,
            ),
        ),
    ),
    Question(
        "15",
        "Since this morning each call gets `500 Internal server error`. The function's log has no line "
        "of any of them, and a call to the function itself works. Where do you look first?",
        (
            Option(
                "At the function's memory: it may have run out",
                "Whatever ends a function, Lambda has logged START before it. Here there is no line.",
            ),
            Option(
                "At the gateway's right to invoke the function",
                "The call ended at API Gateway, before the function. It will not tell the caller why, "
                "and the access log has the 500 alone.",
                right=True,
            ),
            Option(
                "At the deployment: nobody has made one",
                "What is not deployed cannot break what is served. And the answer would be a 403.",
            ),
        ),
    ),
    Question(
        "16",
        "99 calls are refused in 5 ms each; one is answered in 30 s. What does the mean of the "
        "latency say?",
        (
            Option(
                "30 s: refusals do not count as calls",
                "API Gateway counts each request, refused ones too.",
            ),
            Option(
                "About 0.3 s, and so the mean says that all is well",
                "The one caller who got an answer waited half a minute. Look at the function's "
                "part of it, and at a percentile.",
                right=True,
            ),
            Option(
                "5 ms: a mean leaves out what is far off",
                "That is a median. It would hide the slow one entirely.",
            ),
        ),
    ),
    Question(
        "17",
        "In an alarm you name the API by its id, where CloudWatch knows it by its name. When do you "
        "learn of it?",
        (
            Option(
                "In the plan",
                "A plan compares texts. It asks nobody whether there is such a metric.",
            ),
            Option(
                "In `up()`: CloudWatch refuses it",
                "An alarm may come before its metric's first number, so an unknown name is no error.",
            ),
            Option(
                "On the day on which it should have gone off",
                "To CloudWatch it is a metric without data. Unless you have tried it, or say that "
                "missing data is bad.",
                right=True,
            ),
        ),
    ),
    Question(
        "18",
        "A program was written for OpenAI and knows nothing of you. You change its base URL and "
        "its key. What else has to change in it?",
        (
            Option(
                "Its requests: our /model has other fields",
                "It never calls /model. It appends /chat/completions to the base URL, and that is "
                "what we deploy.",
            ),
            Option(
                "Nothing",
                "A base URL, a key and the name of a model is all that it was told of OpenAI, too.",
                right=True,
            ),
            Option(
                "Its way of signing in: our keys are API Gateway's",
                "The client sends any key as Authorization: Bearer, and our authorizer takes that.",
            ),
        ),
    ),
    Question(
        "19",
        "A model is held to a schema with two fields that have to be there: city, a text, and days, "
        "an integer from 1 to 30. You send it: The sea is blue. What comes back?",
        (
            Option(
                "A city and a number of days that nobody has named",
                "The schema strikes out what does not fit it. Made-up values fit, and something has "
                "to be written into both fields.",
                right=True,
            ),
            Option(
                "A refusal, 400: the text does not fit the schema",
                "The schema is about the answer. Nobody compares it with the question.",
            ),
            Option(
                "An object with both fields null",
                "null is no text and no integer: it was struck out. It would be there to choose if "
                "the schema allowed it.",
            ),
        ),
    ),
    Question(
        "20",
        "The function writes an answer of 128 tokens, one after the other, and sends each on as "
        "soon as it has it. The integration is as in chapter 05. When does the client see the first "
        "one?",
        (
            Option(
                "As soon as it is written: what the function sends, the client gets",
                "Between the two is the gateway. By itself it collects what the function sends.",
            ),
            Option(
                "Together with the last one",
                "BUFFERED is the default: the gateway waits for the whole answer, and passes it on "
                "at once. The texts are the same, and no error tells you.",
                right=True,
            ),
            Option(
                "Never: the gateway refuses an answer that is not complete",
                "It does not look. It waits until the answer is complete, for 29 seconds at most.",
            ),
        ),
    ),
    Question(
        "21",
        "Team blue has spent its tokens for today on chat completions. Then its program is switched "
        "to Anthropic's Messages, at another path. What does it get?",
        (
            Option(
                "Answers: a budget counts what its own path has used",
                "The budget never sees a path. It sees a key and a number of tokens, of whichever "
                "dialect they were asked in.",
            ),
            Option(
                "The same refusal, in Anthropic's shape",
                "The function reads every dialect into one inner form, and only that is asked of the "
                "budget. The dialect gives the refusal its words.",
                right=True,
            ),
            Option(
                "429 from API Gateway, by the usage plan",
                "A plan counts requests, and does not know what a token is. Who counts tokens is the "
                "function.",
            ),
        ),
    ),
    Question(
        "22",
        "Three instances are on the balancer's list. One has answered its health check; two have "
        "been started a second ago and never answered yet. Ten requests come. Who gets them?",
        (
            Option(
                "Each about three: all three are on the list",
                "Being on the list is being a candidate. Before its first healthy answer, a target "
                "is initial, and gets nothing while another one is healthy.",
            ),
            Option(
                "The healthy one gets all ten",
                "The others get their share from their first good answer on. (Were none healthy, "
                "all three would be asked: rather a chance than none.)",
                right=True,
            ),
            Option(
                "Nobody, until all three are ready: 503",
                "503 comes when there is no target at all. One that is well is enough.",
            ),
        ),
    ),
    Question(
        "23",
        "Three instances serve. One's kernel panics: no more answers, and nobody told the balancer. Its "
        "health check asks every five seconds. Calls go on. What do callers see?",
        (
            Option(
                "Nothing: the balancer asks another instance when one does not answer",
                "A balancer hands a request to one target, once. Asking the next would be a second try, "
                "and that is the caller's business, or a function's in between.",
            ),
            Option(
                "Some of the calls fail, for up to ten seconds",
                "Until two health checks in a row have failed, its turn comes as everybody's. Then it gets "
                "nothing more, and the group starts another.",
                right=True,
            ),
            Option(
                "Some of the calls fail, until the group has started another instance",
                "The balancer stops asking it before that: being unhealthy is enough. The two others "
                "carry on meanwhile.",
            ),
        ),
    ),
    Question(
        "24",
        "The new version is live for everybody, and then its only instance is lost. The old version "
        "stands beside it, healthy, with nothing to do. What does the next caller get?",
        (
            Option(
                "An answer of the old version: the balancer takes who is healthy",
                "It first decides for a pool, by rule or by weight, and only then looks who is healthy in "
                "it. The other pool is not looked at.",
            ),
            Option(
                "503, at once",
                "A rule has chosen the pool, and the pool is empty. To go back to the old version is a "
                "decision, and it is yours: a rollback.",
                right=True,
            ),
            Option(
                "No answer, until a new instance has started",
                "A balancer does not make callers wait for instances. It refuses, and says so.",
            ),
        ),
    ),
    Question(
        "25",
        "A second backend stands ready. The first has streamed three words of its answer, and then "
        "its machine dies. What does the caller of the stream see?",
        (
            Option(
                "The three words, and then the rest from the second backend",
                "The second would begin its own answer, with other words: a text that nobody has "
                "written. And both answers would have to be paid.",
            ),
            Option(
                "The whole answer of the second backend, a little later",
                "For that, the gateway would have to keep back the first words until the last one "
                "is there. Then nothing streams any more.",
            ),
            Option(
                "The three words, and then an event that tells of the failure",
                "What was sent cannot be taken back. Before the first word, the next backend is "
                "asked, and nobody notices; after it, the truth is all that is left.",
                right=True,
            ),
        ),
    ),
    Question(
        "26",
        "You deploy your copy as the stack dev. A colleague deploys the same folder to the same "
        "account and Region, as the stack prod. What do you find there afterwards?",
        (
            Option(
                "Your gateway; theirs was refused, for its names are taken",
                "Each name begins with the stack's and ends with something random: no two are alike.",
            ),
            Option(
                "One gateway, with the settings of whoever came last",
                "A stack's state says what is its own. What is in no state is not touched.",
            ),
            Option(
                "Two gateways side by side, and one role with which API Gateway writes logs",
                "Everything is there twice, but what an account has once: the role for logs. That "
                "is why it is a setting of its own, and stays when a stack is destroyed.",
                right=True,
            ),
        ),
    ),
    Question(
        "99",
        "AWS has made a log group, and the engine was killed before it could write that into the "
        "state. What does `pulumi destroy` do about it?",
        (
            Option(
                "It finds the log group by its tags, and deletes it",
                "It looks at no tags: it goes through the state. Who asks AWS by tag finds it.",
            ),
            Option(
                "It stops and says that state and cloud differ",
                "It compares nothing. Not even a refresh would: that looks at what is in the state.",
            ),
            Option(
                "Nothing: what is not in the state is not there, for it",
                "So it stays, and is paid for, until somebody asks AWS itself. That is what tags "
                "are for.",
                right=True,
            ),
        ),
    ),
)
