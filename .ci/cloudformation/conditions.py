"""Settles a template's conditions for given parameters: moto leaves null in a list where AWS::NoValue stands."""

NO_VALUE = {"Ref": "AWS::NoValue"}


def settled(template, parameters):
    """The template without conditions: what they leave out is gone."""
    conditions = template.get("Conditions", {})

    def value(node):
        if isinstance(node, dict) and set(node) == {"Ref"}:
            return parameters.get(node["Ref"], node["Ref"])
        return node

    def holds(node):
        if isinstance(node, str):
            return holds(conditions[node])
        ((function, arguments),) = node.items()
        if function == "Condition":
            return holds(conditions[arguments])
        if function == "Fn::Equals":
            return str(value(arguments[0])) == str(value(arguments[1]))
        if function == "Fn::Not":
            return not holds(arguments[0])
        return {"Fn::And": all, "Fn::Or": any}[function](holds(each) for each in arguments)

    def settle(node):
        if isinstance(node, list):
            return [each for each in map(settle, node) if each != NO_VALUE]
        if not isinstance(node, dict):
            return node
        if set(node) == {"Fn::If"}:
            condition, yes, no = node["Fn::If"]
            return settle(yes if holds(condition) else no)
        members = {name: settle(each) for name, each in node.items()}
        return {name: each for name, each in members.items() if each != NO_VALUE}

    def made(section):
        kept = {name: each for name, each in section.items() if "Condition" not in each or holds(each["Condition"])}
        return {name: settle({key: part for key, part in each.items() if key != "Condition"}) for name, each in kept.items()}

    rest = {name: part for name, part in template.items() if name != "Conditions"}
    return {**rest, "Resources": made(template["Resources"]), "Outputs": made(template.get("Outputs", {}))}
