/**
 * Whoever runs the tests may have the settings of an account, or of another stack, in the environment: no test sees
 * them, nor the profiles of that person. CI, which runs suites on an endpoint of its own, says that it means it.
 */
export function dropAwsVariables(environment: NodeJS.ProcessEnv = process.env): void {
  if (environment['TEST_AWS_ENDPOINTS'] === 'outside') return;
  for (const name of Object.keys(environment)) {
    if (name.startsWith('AWS_')) Reflect.deleteProperty(environment, name);
  }
  const nothing = process.platform === 'win32' ? 'NUL' : '/dev/null';
  Object.assign(environment, {
    AWS_CONFIG_FILE: nothing,
    AWS_SHARED_CREDENTIALS_FILE: nothing,
    AWS_EC2_METADATA_DISABLED: 'true',
  });
}

/** Jest's global setup: before the workers are made, which get the environment as it is then. */
export default (): void => dropAwsVariables();
