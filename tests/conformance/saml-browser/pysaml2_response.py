"""Prints base64 of a Response that pysaml2 makes and xmlsec1 signs: settings as JSON in the first argument."""

import base64
import json
import sys

from saml2 import saml, server, xmldsig
from saml2.config import IdPConfig

given = json.loads(sys.argv[1])
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

service_provider = f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{given['audience']}">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:AssertionConsumerService Binding="{POST}" Location="{given['recipient']}" index="0"/>
</md:SPSSODescriptor></md:EntityDescriptor>"""

config = IdPConfig().load(
    {
        "entityid": given["issuer"],
        "key_file": given["key"],
        "cert_file": given["certificate"],
        "xmlsec_binary": "/usr/bin/xmlsec1",
        "metadata": {"inline": [service_provider]},
        "service": {
            "idp": {
                "endpoints": {"single_sign_on_service": [(given["issuer"], POST)]},
                "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
            }
        },
    }
)

response = server.Server(config=config).create_authn_response(
    identity={"memberOf": ["deployers", "staff"]},
    in_response_to=None,
    destination=given["recipient"],
    sp_entity_id=given["audience"],
    name_id=saml.NameID(format=saml.NAMEID_FORMAT_PERSISTENT, text=given["name"]),
    authn={"class_ref": saml.AUTHN_PASSWORD_PROTECTED, "authn_auth": given["issuer"]},
    sign_assertion=True,
    sign_response=given["signResponse"],
    sign_alg=xmldsig.SIG_RSA_SHA256,
    digest_alg=xmldsig.DIGEST_SHA256,
)
print(base64.b64encode(str(response).encode()).decode())
