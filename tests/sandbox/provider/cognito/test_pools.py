"""User pools against a real emulator."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider.core.exceptions import CallError
from tests.sandbox.provider.lifecycle import (
    Lives,
    assert_complete,
    assert_deleted,
    assert_imports,
    assert_updates,
)

POOL = "aws:cognito/userPool:UserPool"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:hook"
ROLE = "arn:aws:iam::000000000000:role/sms"
PASSWORDS = {
    "minimumLength": 12,
    "passwordHistorySize": 3,
    "requireLowercase": True,
    "requireNumbers": False,
    "requireSymbols": False,
    "requireUppercase": True,
    "temporaryPasswordValidityDays": 2,
}
PLAN = {
    "name": "plan",
    "attributeDataType": "String",
    "mutable": True,
    "stringAttributeConstraints": {"minLength": "1", "maxLength": "20"},
}
SCORE = {
    "name": "score",
    "attributeDataType": "Number",
    "mutable": True,
    "numberAttributeConstraints": {"minValue": "0", "maxValue": "9"},
}


FULL_POOL: dict[str, Any] = {
    "accountRecoverySetting": {"recoveryMechanisms": [{"name": "verified_email", "priority": 1}]},
    "adminCreateUserConfig": {
        "allowAdminCreateUserOnly": True,
        "inviteMessageTemplate": {
            "emailMessage": "{username} {####}",
            "emailSubject": "welcome",
            "smsMessage": "{username} {####}",
        },
    },
    "autoVerifiedAttributes": ["email"],
    "deviceConfiguration": {
        "challengeRequiredOnNewDevice": True,
        "deviceOnlyRememberedOnUserPrompt": True,
    },
    "emailConfiguration": {
        "emailSendingAccount": "COGNITO_DEFAULT",
        "replyToEmailAddress": "a@example.com",
    },
    "lambdaConfig": {"preSignUp": FUNCTION, "postConfirmation": FUNCTION},
    "mfaConfiguration": "OPTIONAL",
    "passwordPolicy": PASSWORDS,
    "schemas": [PLAN],
    "smsAuthenticationMessage": "code {####}",
    "smsConfiguration": {"externalId": "x", "snsCallerArn": ROLE, "snsRegion": "us-east-1"},
    "softwareTokenMfaConfiguration": {"enabled": True},
    "tags": {"team": "llm"},
    "userAttributeUpdateSettings": {"attributesRequireVerificationBeforeUpdates": ["email"]},
    "userPoolAddOns": {"advancedSecurityMode": "OFF"},
    "usernameAttributes": ["email"],
    "usernameConfiguration": {"caseSensitive": False},
    "verificationMessageTemplate": {
        "defaultEmailOption": "CONFIRM_WITH_CODE",
        "emailMessage": "code {####}",
        "emailSubject": "your code",
    },
}


def test_a_small_pool_has_all_outputs_and_can_be_deleted_twice(life: Lives) -> None:
    pool = life(POOL, name=life.name("pool"))
    assert_complete(pool)
    assert pool.id.startswith("us-east-1_")
    expected = {
        "arn": f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool.id}",
        "domain": "",
        "endpoint": f"cognito-idp.us-east-1.amazonaws.com/{pool.id}",
        "estimatedNumberOfUsers": 0,
        "mfaConfiguration": "OFF",
    }
    assert {name: pool.outputs[name] for name in expected} == expected
    assert pool.outputs["creationDate"].endswith("Z") and "schemas" not in pool.outputs
    assert_imports(pool, pool.id)
    assert_deleted(pool)


def test_a_pool_with_every_argument_reads_back_as_given(life: Lives) -> None:
    pool = life(POOL, name=life.name("pool"), **FULL_POOL)
    assert_complete(pool)
    assert_imports(pool, pool.id, unknown=("schemas",))
    assert_deleted(pool)


def test_arguments_of_a_pool_are_updated_one_by_one(life: Lives) -> None:
    pool = life(POOL, name=life.name("pool"), **FULL_POOL)
    messages = {
        "emailMessage": "{username} {####}",
        "emailSubject": "hello",
        "smsMessage": "{username} {####}",
    }
    changes: list[dict[str, Any]] = [
        {"accountRecoverySetting": {"recoveryMechanisms": [{"name": "admin_only", "priority": 1}]}},
        {
            "adminCreateUserConfig": {
                "allowAdminCreateUserOnly": False,
                "inviteMessageTemplate": messages,
            }
        },
        {"autoVerifiedAttributes": ["email", "phone_number"]},
        {"deletionProtection": "ACTIVE"},
        {"deletionProtection": "INACTIVE"},
        {
            "deviceConfiguration": {
                "challengeRequiredOnNewDevice": False,
                "deviceOnlyRememberedOnUserPrompt": True,
            }
        },
        {
            "emailConfiguration": {
                "emailSendingAccount": "DEVELOPER",
                "sourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.com",
            }
        },
        {"lambdaConfig": {"preSignUp": FUNCTION}},
        {"mfaConfiguration": "ON"},
        {"passwordPolicy": {**PASSWORDS, "minimumLength": 20}},
        {"schemas": [PLAN, SCORE]},
        {"smsAuthenticationMessage": "other {####}"},
        {"smsConfiguration": {"externalId": "y", "snsCallerArn": ROLE, "snsRegion": "us-east-1"}},
        {"mfaConfiguration": "OFF", "softwareTokenMfaConfiguration": {"enabled": False}},
        {"tags": {"team": "x", "new": "1"}},
        {"tags": None},
        {
            "userAttributeUpdateSettings": {
                "attributesRequireVerificationBeforeUpdates": ["phone_number"]
            }
        },
        {
            "verificationMessageTemplate": {
                "defaultEmailOption": "CONFIRM_WITH_LINK",
                "emailMessageByLink": "{##x##}",
                "emailSubjectByLink": "s",
            }
        },
    ]
    assert_updates(pool, changes)


def test_an_attribute_of_users_can_be_added_but_not_taken_away(life: Lives) -> None:
    pool = life(POOL, name=life.name("pool"), schemas=[PLAN])
    with pytest.raises(CallError, match="cannot modify or remove schema items"):
        pool.update(schemas=[SCORE])
    pool.update(schemas=[PLAN, SCORE])
    assert pool.outputs["schemas"] == [PLAN, SCORE]
