# One role, and the scope that hands it out: neither is changed without the other.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

locals {
  document = {
    scope       = var.scope
    description = var.description
    allow       = var.allow
    grant = merge(
      { type = "aws-session", roleArn = aws_iam_role.this.arn, duration = var.duration },
      var.tags == null ? {} : { tags = var.tags },
    )
  }
}

resource "aws_iam_role" "this" {
  name = replace(var.scope, "/[^A-Za-z0-9_-]/", "-")
  # One of the broker's parameter AssumableRoles.
  path = "/token-broker/"
  # Sessions of a chained role end after an hour in any case.
  max_session_duration = 3600
  # The trust names the scope: the owner of this account decides which scope may use the role.
  assume_role_policy = templatefile("${path.module}/trust.json.tftpl", {
    minting_roles = jsonencode(var.broker.minting_roles)
    external_id   = jsonencode(var.broker.external_id)
    scope         = jsonencode(var.scope)
  })
}

resource "aws_iam_role_policy" "this" {
  name   = "permissions"
  role   = aws_iam_role.this.id
  policy = jsonencode(var.permissions)
}

output "role_arn" {
  value = aws_iam_role.this.arn
}

output "document" {
  description = "The scope's file: path in a configuration folder, to text."
  value       = { "scopes/${var.scope}.yaml" = yamlencode(local.document) }
}
