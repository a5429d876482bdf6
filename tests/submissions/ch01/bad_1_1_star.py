# exercise 1.1: trust
# says: With the principal * every account of AWS may assume the role.
trust = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "sts:AssumeRole",
        }
    ],
}
