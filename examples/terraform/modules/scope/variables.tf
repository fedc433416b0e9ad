variable "scope" {
  type = string
  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9:._-]{0,127}$", var.scope))
    error_message = "scope is a letter and up to 127 of A-Z a-z 0-9 : . _ -"
  }
}

variable "description" {
  type = string
}

variable "allow" {
  description = "Rules as a scope's file has them: any one that matches allows."
  type        = any
}

variable "permissions" {
  description = "What the role may do: an IAM policy document."
  type        = any
}

variable "tags" {
  description = "Session tags, with the broker's templates: \"$${claims.repository}\" in Terraform's spelling."
  type        = map(string)
  default     = null
}

variable "duration" {
  type    = string
  default = "1h"
}

variable "broker" {
  type = object({
    issuer        = string
    minting_roles = list(string)
    external_id   = string
  })
}
