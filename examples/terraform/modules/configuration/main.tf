# A configuration folder in force: files that people keep, and documents that modules make of what they built. No provider but
# Terraform's own; `token-broker` on the path, with the credentials of an administrator of the broker.
variable "folder" {
  description = "The folder of files that people keep: connections, clients, scopes."
  type        = string
}

variable "documents" {
  description = "Files that modules made: path in the folder, to text. None of them may be in the folder too."
  type        = map(string)
}

variable "issuer" {
  type = string
}

variable "reason" {
  type = string
}

locals {
  kept   = { for file in fileset(var.folder, "**") : file => file("${var.folder}/${file}") }
  double = setintersection(keys(local.kept), keys(var.documents))
  all    = merge(local.kept, var.documents)
}

# One apply for all of it: a configuration is one version, all or nothing, and so a scope that is taken out of Terraform is taken
# out of force. What was changed by other means since is overwritten: Terraform, or somebody else, but not both.
resource "terraform_data" "configuration" {
  triggers_replace = sha256(jsonencode([var.issuer, local.all]))

  lifecycle {
    precondition {
      condition     = length(local.double) == 0
      error_message = "Both in the folder and made by a module: ${join(", ", local.double)}."
    }
  }

  provisioner "local-exec" {
    # The texts come in the environment and never as words of a command.
    command = <<-EOT
      set -eu
      folder="$(mktemp -d)"
      trap 'rm -rf "$folder"' EXIT
      node -e '
        const { mkdirSync, writeFileSync } = require("node:fs");
        const { dirname, join } = require("node:path");
        for (const [file, text] of Object.entries(JSON.parse(process.env.DOCUMENTS))) {
          const path = join(process.argv[1], file);
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, text);
        }' "$folder"
      token-broker policy validate "$folder" --issuer "$ISSUER"
      token-broker policy apply "$folder" --issuer "$ISSUER" --reason "$REASON"
    EOT
    environment = {
      DOCUMENTS = jsonencode(local.all)
      ISSUER    = var.issuer
      REASON    = var.reason
    }
  }
}
