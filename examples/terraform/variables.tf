variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "profile" {
  description = "Profile whose credential_process asks the broker; it has the scope that may make roles."
  type        = string
  default     = "terraform"
}

variable "broker" {
  description = "The broker: its issuer, and of its stack the output MintingRoleArns and the parameter ExternalId."
  type = object({
    issuer        = string
    minting_roles = list(string)
    external_id   = string
  })
}

variable "reason" {
  description = "Why the configuration changes, for its history."
  type        = string
}
