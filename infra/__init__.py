"""What deploys Wellspring: the CDK app, and the local stack in `infra.local`."""
