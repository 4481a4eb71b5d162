"""What AWS allows and what it charges, in us-east-1, as known in November 2026.

Not every page could be read in its latest form: look there before relying on a figure.

Quotas are those of an account that has asked for nothing more:

- Lambda: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html and
  https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
- Step Functions: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
- S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html and
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html

Prices are in US dollars, without free tiers: https://aws.amazon.com/lambda/pricing/,
https://aws.amazon.com/step-functions/pricing/ and https://aws.amazon.com/s3/pricing/.
"""

LAMBDA_SECONDS = 900
LAMBDA_CONCURRENCY = 1_000
LAMBDA_SCALING = 1_000  # new environments of one function, every LAMBDA_SCALING_SECONDS
LAMBDA_SCALING_SECONDS = 10

CHILDREN = 10_000  # of one Map Run, at once
STARTS_AT_ONCE = 1_300  # StartExecution: size of the bucket of Standard workflows ...
STARTS_PER_SECOND = 300  # ... and how fast it fills; applied here to the children of a Map Run, too
STATE_BYTES = 256 * 1024
EXPRESS_SECONDS = 300

S3_READS_PER_SECOND = 5_500  # per prefix, at least
S3_WRITES_PER_SECOND = 3_500
S3_PARTS = 10_000  # of one upload
S3_OBJECT_BYTES = 48.8 * 2**40

DOLLARS_PER_GB_SECOND = 0.0000166667  # x86-64
DOLLARS_PER_INVOCATION = 0.20e-6
DOLLARS_PER_READ = 0.4e-6
DOLLARS_PER_WRITE = 5e-6
DOLLARS_PER_TRANSITION = 25e-6
DOLLARS_PER_EXPRESS = 1e-6
DOLLARS_PER_EXPRESS_GB_SECOND = 0.00001667
EXPRESS_GB = 64 / 1024  # the least that is billed, and enough for a child that carries a range
