/**
 * Runs before `npm start` and `npm test`, on any Node from 20 on: installs what `package-lock.json` names and
 * `node_modules` lacks, then checks that the dev dependency `node` gives the Node major that the broker runs on.
 * Silent, offline and under 100 ms where nothing is missing. Exit 1 with a sentence that says what to do otherwise.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, env, execPath, exit, platform, versions } from 'node:process';
import { fileURLToPath } from 'node:url';

const RUNTIME_MAJOR = 24;

/** What is wrong with a lock entry's installation, or null. Optional packages of other platforms may be absent. */
function lack(path, entry, installed) {
  if (entry.link || entry.inBundle) return null;
  const there = installed[path];
  if (there === undefined) return entry.optional ? null : `${path} is not installed`;
  return there.version === entry.version && there.integrity === entry.integrity ? null : `${path} is another version`;
}

/**
 * The first thing that the lock file of `root` names and `node_modules` lacks, in words, or null if nothing is missing.
 * Compares with npm's own record of what it installed, and looks for the folder of each direct dependency.
 */
export function whatIsMissing(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return 'node_modules is not installed';
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  for (const [path, entry] of Object.entries(packages)) {
    const problem = path === '' ? null : lack(path, entry, installed);
    if (problem !== null) return problem;
  }
  const { dependencies, devDependencies } = packages[''];
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    if (!existsSync(join(root, 'node_modules', name, 'package.json'))) return `node_modules/${name} is not installed`;
  }
  return null;
}

/** Runs npm with the Node that runs npm, never with the one inside node_modules, which `npm ci` deletes. */
function npm(root, ...parameters) {
  const script = env.npm_execpath;
  const options = { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] };
  const { status } =
    script === undefined
      ? spawnSync('npm', parameters, { ...options, shell: platform === 'win32' })
      : spawnSync(env.npm_node_execpath ?? execPath, [script, ...parameters], options);
  return status === 0;
}

/** The version of the Node in node_modules, such as `24.21.0`, or null if there is none that runs. */
function runtimeVersion(root) {
  const binary = join(root, 'node_modules', 'node', 'bin', platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(binary)) return null;
  if (execPath === binary) return versions.node;
  const { status, stdout } = spawnSync(binary, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

const isRuntime = (version) => version !== null && Number(version.split('.')[0]) === RUNTIME_MAJOR;

function install(root) {
  const missing = whatIsMissing(root);
  if (missing !== null) {
    console.log(`Installing the packages of package-lock.json (${missing}) …`);
    // Errors alone: on Node.js 20 npm warns of packages that want the newer one, which is what they get here.
    if (!npm(root, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error')) {
      return 'npm ci failed; its output above says why. It needs the npm registry this once.';
    }
  }
  if (isRuntime(runtimeVersion(root))) return null;
  console.log(`Fetching the Node.js ${RUNTIME_MAJOR} that the package "node" stands for …`);
  npm(root, 'rebuild', 'node', '--ignore-scripts=false');
  const version = runtimeVersion(root);
  if (isRuntime(version)) return null;
  return `${
    version === null ? 'node_modules/node has no Node.js in it' : `node_modules/node gives Node.js ${version}`
  }; the broker runs on Node.js ${RUNTIME_MAJOR}. The package fetches it in an install script: was npm told to skip those \
(npm config get ignore-scripts)? Run: npm ci --include=dev --ignore-scripts=false`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const problem = install(dirname(dirname(fileURLToPath(import.meta.url))));
  if (problem !== null) {
    console.error(problem);
    exit(1);
  }
}
