/**
 * The four tables as data, for local stacks and tests. `template.yaml` says the same to CloudFormation, and a test
 * compares the two.
 */

/** Epoch seconds after which DynamoDB deletes an item, in a few days at most: readers look at it where that matters. */
export const TTL_ATTRIBUTE = 'expires';

export interface TableDefinition {
  /** The table's name is the deployment's prefix, a hyphen and this. */
  readonly suffix: 'config' | 'ledger' | 'state' | 'keys';
  /** All keys are strings. */
  readonly partitionKey: string;
  readonly sortKey: string | null;
  /** Sparse, keys only. */
  readonly indexes: readonly { readonly name: string; readonly partitionKey: string; readonly sortKey: string }[];
  readonly ttl: typeof TTL_ATTRIBUTE | null;
}

const single = { partitionKey: 'pk', sortKey: null, indexes: [] } as const;

/** All of them are billed on demand. What lies in each is in `docs/storage.md`. */
export const TABLES: readonly TableDefinition[] = [
  { ...single, suffix: 'config', ttl: null },
  {
    suffix: 'ledger',
    partitionKey: 'pk',
    sortKey: 'sk',
    indexes: ['principal', 'scope', 'accessKey'].map((name) => ({ name, partitionKey: name, sortKey: 'place' })),
    ttl: TTL_ATTRIBUTE,
  },
  { ...single, suffix: 'state', ttl: TTL_ATTRIBUTE },
  { ...single, suffix: 'keys', ttl: TTL_ATTRIBUTE },
];

export const tableName = (prefix: string, suffix: TableDefinition['suffix']): string => `${prefix}-${suffix}`;
