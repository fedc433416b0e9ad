# A stack whose roles and scopes stand side by side, with credentials of the broker: no stored key.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

# AWS by `credential_process`: a profile of ~/.aws/config (aws-config beside this file). Not by the variables of a token file:
# the provider asks AWS STS who it is, and such a process sends every call of STS to the broker.
provider "aws" {
  region  = var.region
  profile = var.profile
}

module "deploy_web" {
  source      = "./modules/scope"
  scope       = "deploy-web"
  description = "GitHub Actions on acme/web main may roll the web service."
  broker      = var.broker

  allow = [{
    connection = "github"
    when       = { StringEquals = { "claims.repository_id" = "1296269", "claims.ref" = "refs/heads/main" } }
  }]
  permissions = {
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["ecs:UpdateService", "ecs:DescribeServices"]
      Resource = "arn:aws:ecs:${var.region}:*:service/web/web"
    }]
  }
  tags = { repository = "$${claims.repository}", commit = "$${claims.sha}" }
}

# Puts the whole folder in force: what stands in configuration/ and the scopes of the modules. In the broker's own account.
module "configuration" {
  source    = "./modules/configuration"
  folder    = "${path.module}/configuration"
  issuer    = var.broker.issuer
  reason    = var.reason
  documents = module.deploy_web.document
}
