import { type CloudFormationClient, DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { codeOf, type Finding, fail } from './finding.ts';

/** A stack as it is now. */
export interface StackState {
  readonly status: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

const byName = (entries: readonly (readonly [string | undefined, string | undefined])[]): Record<string, string> =>
  Object.fromEntries(entries.map(([name = '', value = '']) => [name, value]));

/** The stack, or null: there is none of that name. */
export async function readStack(cloudFormation: CloudFormationClient, name: string): Promise<StackState | null> {
  try {
    const { Stacks: [stack] = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
    if (stack === undefined || stack.StackStatus === 'REVIEW_IN_PROGRESS') return null;
    return {
      status: stack.StackStatus ?? '',
      parameters: byName((stack.Parameters ?? []).map((one) => [one.ParameterKey, one.ParameterValue])),
      outputs: byName((stack.Outputs ?? []).map((one) => [one.OutputKey, one.OutputValue])),
    };
  } catch (error) {
    // CloudFormation's only word for a stack that does not exist.
    if (codeOf(error) === 'ValidationError') return null;
    throw error;
  }
}

/** The template that is deployed, as it was handed in. */
export async function readDeployedTemplate(cloudFormation: CloudFormationClient, name: string): Promise<string> {
  const { TemplateBody: body = '' } = await cloudFormation.send(
    new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }),
  );
  return body;
}

/** What has to be done before this stack can be updated, if anything. */
export function checkStack(state: StackState | null, name: string): readonly Finding[] {
  if (state === null) return [];
  const { status } = state;
  if (status.endsWith('_IN_PROGRESS')) return [fail(`The stack is ${status}.`, 'Wait until it is done.')];
  if (['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED', 'DELETE_FAILED'].includes(status)) {
    return [
      fail(
        `The stack is ${status}: its first deployment failed, and it takes no update.`,
        `aws cloudformation delete-stack --stack-name ${name}; then docs/deploy.md, "The first deployment failed".`,
      ),
    ];
  }
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    return [fail(`The stack is ${status}.`, `aws cloudformation continue-update-rollback --stack-name ${name}`)];
  }
  return [];
}
