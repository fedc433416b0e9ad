"""`transform.py PACKAGED PARAMETERS`: what the SAM transform makes of a packaged template, as JSON on standard output.

AWS's own transform runs at CloudFormation; this is the same code, from the package aws-sam-translator.
"""

import json
import sys

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoManagedPolicies:
    """The template names none by a short name, which is all that a loader is asked for."""

    def load(self):
        return {}


packaged, parameters = sys.argv[1:]
with open(packaged, encoding="utf8") as file:
    template = yaml_parse(file.read())
json.dump(transform(template, json.loads(parameters), NoManagedPolicies()), sys.stdout, sort_keys=True)
