/**
 * AWS's services, their operations and IAM's actions (`.ci/aws_services.py`). 0.9 MB: the command line alone reads it.
 */
import table from './aws-services.json' with { type: 'json' };

export interface AwsService {
  /** As the variable `AWS_ENDPOINT_URL_<id>` names it. */
  readonly id: string;
  /** The service in a signature's scope. */
  readonly signs: string;
  /** Of its hosts: `<prefix>.<region>.amazonaws.com`. */
  readonly prefix: string;
  /** Its one host for the world. */
  readonly host?: string;
  /** The prefix of its actions in IAM. */
  readonly iam: string;
  /**
   * What names an operation: the parameter `Action` (`query`), a header, a path or that parameter too (`json`), or
   * method and path (`rest`).
   */
  readonly protocol: string;
  /**
   * A line an operation that asks for the action of its own name: `Name`, or `Name METHOD /path/**?required` where
   * method and path tell it. `Name>Action,Action`: it asks for these; `~Name`: its action has another name.
   */
  readonly calls: string;
}

export const awsServices: readonly AwsService[] = Object.entries(table.services).map(([id, row]) => ({ id, ...row }));

/** An action's name as AWS writes it, and whether a call of that very name asks for it. */
export interface KnownAction {
  readonly name: string;
  readonly isCall: boolean;
}

const others: Readonly<Record<string, { readonly spelled: string; readonly others: string }>> = table.actions;

/** The prefixes of IAM's actions. */
export const actionPrefixes: readonly string[] = Object.keys(others);

const read = new Map<string, ReadonlyMap<string, KnownAction>>();

/** IAM's actions of a prefix by their names in lower case; none where there is no such prefix. */
export function actionsOfPrefix(prefix: string): ReadonlyMap<string, KnownAction> {
  const known = read.get(prefix);
  if (known !== undefined) return known;
  const beside = Object.hasOwn(others, prefix) ? others[prefix] : undefined;
  const operations = awsServices.filter(({ iam }) => iam === prefix).flatMap(({ calls }) => calls.split('\n'));
  const called = operations.flatMap((line) => (/^\w+(?: |$)/.test(line) ? [line.split(' ')[0] ?? ''] : []));
  const entry = (action: KnownAction): [string, KnownAction] => [action.name.toLowerCase(), action];
  const actions = new Map(
    beside === undefined
      ? []
      : [
          ...[...called, ...words(beside.spelled)].map((name) => entry({ name, isCall: true })),
          ...words(beside.others).map((name) => entry({ name, isCall: false })),
        ],
  );
  read.set(prefix, actions);
  return actions;
}

const words = (text: string): readonly string[] => (text === '' ? [] : text.split(' '));
