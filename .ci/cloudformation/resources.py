"""Types that moto's CloudFormation does not know, made by moto's own APIs: each takes the properties that CloudFormation passes on."""

import boto3
from moto.core.common_models import CloudFormationModel

METHODS = {"x-amazon-apigateway-any-method": "ANY"}

CHANGES: list[str] = []
"""What was made so far, by type and logical id."""


def first_lower(properties):
    """Names of members as an API in lower camel case has them, at the first level."""
    return {name[0].lower() + name[1:]: value for name, value in properties.items()}


class Made:
    """A resource with its physical id and its attributes."""

    TYPE = ""

    def __init__(self, physical_id, **attributes):
        self.physical_resource_id = physical_id
        self.attributes = attributes

    @staticmethod
    def cloudformation_name_type():
        return ""

    @classmethod
    def cloudformation_type(cls):
        return cls.TYPE

    @classmethod
    def has_cfn_attr(cls, attr):
        return True

    def get_cfn_attribute(self, attribute_name):
        return self.attributes[attribute_name]

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **_kwargs):
        CHANGES.append(f"{cls.TYPE} {resource_name}")
        return cls.make(dict(cloudformation_json.get("Properties", {})), region_name)

    @classmethod
    def update_from_cloudformation_json(cls, original_resource, new_resource_name, cloudformation_json, *_args, **_kwargs):
        CHANGES.append(f"{cls.TYPE} {new_resource_name}")
        return original_resource

    @classmethod
    def make(cls, properties, region):
        raise NotImplementedError


class Api(Made, CloudFormationModel):
    TYPE = "AWS::ApiGatewayV2::Api"

    @classmethod
    def make(cls, properties, region):
        api, body = boto3.client("apigatewayv2"), properties["Body"]
        made = api.create_api(Name=body["info"]["title"], ProtocolType="HTTP")
        for path, methods in body["paths"].items():
            for method, operation in methods.items():
                cls.route(api, made["ApiId"], f"{METHODS.get(method, method.upper())} {path}", operation)
        return cls(made["ApiId"], ApiEndpoint=made["ApiEndpoint"])

    @staticmethod
    def route(api, api_id, key, operation):
        """moto has no ImportApi; API Gateway takes no key that ends in a slash."""
        if key.endswith("/"):
            raise ValueError(f"invalid route key {key}")
        stated = operation["x-amazon-apigateway-integration"]
        integration = api.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=stated["uri"],
            PayloadFormatVersion=stated["payloadFormatVersion"],
        )
        api.create_route(ApiId=api_id, RouteKey=key, Target=f"integrations/{integration['IntegrationId']}")


class Stage(Made, CloudFormationModel):
    TYPE = "AWS::ApiGatewayV2::Stage"

    @classmethod
    def make(cls, properties, region):
        api = boto3.client("apigatewayv2")
        known = {route["RouteKey"] for route in api.get_routes(ApiId=properties["ApiId"])["Items"]}
        stray = set(properties.get("RouteSettings", {})) - known
        if stray:
            raise ValueError(f"Unable to find Route by key {sorted(stray)} within the provided RouteSettings")
        properties.pop("Tags", None)
        api.create_stage(**properties)
        return cls(properties["StageName"])


class DomainName(Made, CloudFormationModel):
    TYPE = "AWS::ApiGatewayV2::DomainName"

    @classmethod
    def make(cls, properties, region):
        properties.pop("Tags", None)
        boto3.client("apigatewayv2").create_domain_name(**properties)
        target = f"d-example.execute-api.{region}.amazonaws.com"
        return cls(properties["DomainName"], RegionalDomainName=target, RegionalHostedZoneId="Z2FDTNDATAQYW2")


class ApiMapping(Made, CloudFormationModel):
    TYPE = "AWS::ApiGatewayV2::ApiMapping"

    @classmethod
    def make(cls, properties, region):
        return cls(boto3.client("apigatewayv2").create_api_mapping(**properties)["ApiMappingId"])


class Alarm(Made, CloudFormationModel):
    TYPE = "AWS::CloudWatch::Alarm"

    @classmethod
    def make(cls, properties, region):
        client, name = boto3.client("cloudwatch"), properties["AlarmName"]
        client.put_metric_alarm(**properties)
        return cls(name, Arn=client.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["AlarmArn"])


class Application(Made, CloudFormationModel):
    TYPE = "AWS::CodeDeploy::Application"

    @classmethod
    def make(cls, properties, region):
        name = properties.get("ApplicationName", "application")
        boto3.client("codedeploy").create_application(applicationName=name, computePlatform=properties["ComputePlatform"])
        return cls(name)


class DeploymentGroup(Made, CloudFormationModel):
    TYPE = "AWS::CodeDeploy::DeploymentGroup"

    @classmethod
    def make(cls, properties, region):
        name = f"group-{len(CHANGES)}"
        known = {"ApplicationName", "DeploymentConfigName", "ServiceRoleArn"}
        given = first_lower({key: value for key, value in properties.items() if key in known})
        boto3.client("codedeploy").create_deployment_group(deploymentGroupName=name, **given)
        return cls(name)


class Version(Made, CloudFormationModel):
    TYPE = "AWS::Lambda::Version"

    @classmethod
    def make(cls, properties, region):
        made = boto3.client("lambda").publish_version(FunctionName=properties["FunctionName"])
        return cls(made["FunctionArn"], Version=made["Version"])


class Alias(Made, CloudFormationModel):
    TYPE = "AWS::Lambda::Alias"

    @classmethod
    def make(cls, properties, region):
        keys = ("FunctionName", "FunctionVersion", "Name")
        made = boto3.client("lambda").create_alias(**{key: properties[key] for key in keys})
        return cls(made["AliasArn"])


class MetricFilter(Made, CloudFormationModel):
    TYPE = "AWS::Logs::MetricFilter"

    @classmethod
    def make(cls, properties, region):
        name = properties.get("FilterName", f"filter-{len(CHANGES)}")
        transformations = [first_lower(each) for each in properties["MetricTransformations"]]
        for each in transformations:
            each["dimensions"] = {one["Key"]: one["Value"] for one in each.get("dimensions", [])}
        boto3.client("logs").put_metric_filter(
            logGroupName=properties["LogGroupName"],
            filterName=name,
            filterPattern=properties["FilterPattern"],
            metricTransformations=transformations,
        )
        return cls(name)


class Secret(Made, CloudFormationModel):
    TYPE = "AWS::SecretsManager::Secret"

    @classmethod
    def make(cls, properties, region):
        client = boto3.client("secretsmanager")
        generated = properties.pop("GenerateSecretString", None)
        if generated is not None:
            properties["SecretString"] = client.get_random_password(PasswordLength=32)["RandomPassword"]
        replicas = {"ReplicaRegions": "AddReplicaRegions"}
        given = {replicas.get(key, key): value for key, value in properties.items()}
        return cls(client.create_secret(**given)["ARN"])
