import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

interface Replacement {
  /** The files of the SDK that it stands for. */
  readonly file: RegExp;
  /** What their importers get instead; it exports what they import, or the build fails. */
  readonly source: (path: string) => string;
  readonly loader: 'js' | 'json';
}

/**
 * Parts of the AWS SDK that no function can reach, and what stands for them in the bundles. They are a tenth of what a cold start reads.
 * What the SDK does on the wire stays as it is: the same requests, signatures, retries and errors.
 */
const replacements: readonly Replacement[] = [
  {
    // Of its package.json a client reads the version, for its User-Agent.
    file: /[\\/]@aws-sdk[\\/]client-[a-z-]+[\\/]package\.json$/,
    source: (path) => JSON.stringify({ version: String(JSON.parse(readFileSync(path, 'utf8')).version) }),
    loader: 'json',
  },
  {
    // SigV4A needs a native package that is not installed, and no STS endpoint asks for it: without that package this class is SignatureV4.
    file: /[\\/]@aws-sdk[\\/]signature-v4-multi-region[\\/]dist-es[\\/]index\.js$/,
    source: () =>
      "import{SignatureV4}from'@smithy/signature-v4';export class SignatureV4MultiRegion extends SignatureV4{static sigv4aDependency(){return'none'}}",
    loader: 'js',
  },
  {
    // The DynamoDB client makes one and no operation of it discovers endpoints any more.
    file: /[\\/]@aws-sdk[\\/]endpoint-cache[\\/]dist-es[\\/]index\.js$/,
    source: () => 'export class EndpointCache{}',
    loader: 'js',
  },
  {
    // For a Node.js that is built without OpenSSL.
    file: /[\\/]sha256[\\/]Sha256Js\.js$/,
    source: () => 'export class Sha256Js{}',
    loader: 'js',
  },
  {
    // For `retryMode: 'adaptive'`; the clients here say 'standard' (`lib/aws/client-options.ts`).
    file: /[\\/]util-retry[\\/]AdaptiveRetryStrategy\.js$/,
    source: () => "export{StandardRetryStrategy as AdaptiveRetryStrategy}from'./StandardRetryStrategy.js'",
    loader: 'js',
  },
  {
    file: /[\\/]util-retry[\\/]DefaultRateLimiter\.js$/,
    source: () => 'export class DefaultRateLimiter{}',
    loader: 'js',
  },
];

/** An esbuild plugin that leaves unreachable parts of the AWS SDK out of the functions' bundles. */
export const slimSdk: Plugin = {
  name: 'slim-sdk',
  setup({ onLoad }) {
    for (const { file, source, loader } of replacements) {
      onLoad({ filter: file }, ({ path }) => ({ contents: source(path), loader }));
    }
  },
};
