import { createHash } from 'node:crypto';

/**
 * Merkle tree hashes, inclusion and consistency proofs (RFC 6962 section 2.1). A hash is 32 bytes of SHA-256.
 */
export type Hash = Uint8Array;

const sha256 = (...parts: readonly Uint8Array[]): Hash => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export const leafHash = (entry: Uint8Array): Hash => sha256(LEAF, entry);
export const nodeHash = (left: Hash, right: Hash): Hash => sha256(NODE, left, right);
export const sameHash = (one: Hash | undefined, other: Hash | undefined): boolean =>
  one !== undefined && other !== undefined && Buffer.compare(one, other) === 0;

/** Largest power of two below `size`, which is at least 2: where RFC 6962 splits a tree. */
const split = (size: number): number => 2 ** Math.ceil(Math.log2(size) - 1);

/** The root over hashes of subtrees of one size, of which the last may be smaller. Of none: that of the empty tree. */
export function rootOf(hashes: readonly Hash[]): Hash {
  const [first] = hashes;
  if (first === undefined) return sha256();
  if (hashes.length === 1) return first;
  const middle = split(hashes.length);
  return nodeHash(rootOf(hashes.slice(0, middle)), rootOf(hashes.slice(middle)));
}

/** Roots of a growing tree in memory that does not grow with it: one hash for each bit of its size. */
export class CompactRange {
  readonly #complete: { readonly leaves: number; readonly hash: Hash }[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  append(leaf: Hash): void {
    let added = { leaves: 1, hash: leaf };
    for (let last = this.#complete.at(-1); last?.leaves === added.leaves; last = this.#complete.at(-1)) {
      this.#complete.pop();
      added = { leaves: added.leaves * 2, hash: nodeHash(last.hash, added.hash) };
    }
    this.#complete.push(added);
    this.#size += 1;
  }

  root(): Hash {
    const [last, ...before] = this.#complete.map(({ hash }) => hash).reverse();
    return last === undefined ? rootOf([]) : before.reduce((right, left) => nodeHash(left, right), last);
  }
}

/** The hash of a complete subtree: of the 2^level leaves from `index` times 2^level on. */
export type ReadNode = (level: number, index: number) => Promise<Hash>;

/** The root over the leaves `from` up to and without `to`, where `from` is a multiple of the next power of two. */
async function rangeRoot(read: ReadNode, from: number, to: number): Promise<Hash> {
  const level = Math.log2(to - from);
  if (Number.isInteger(level)) return read(level, from / 2 ** level);
  const middle = from + split(to - from);
  return nodeHash(await rangeRoot(read, from, middle), await rangeRoot(read, middle, to));
}

/** RFC 6962 section 2.1.1, PATH(index, D[from:to]): from the leaf's sibling to the root's child. */
export async function inclusionProof(read: ReadNode, index: number, to: number, from = 0): Promise<readonly Hash[]> {
  if (to - from <= 1) return [];
  const middle = from + split(to - from);
  return index < middle
    ? [...(await inclusionProof(read, index, middle, from)), await rangeRoot(read, middle, to)]
    : [...(await inclusionProof(read, index, to, middle)), await rangeRoot(read, from, middle)];
}

/** RFC 6962 section 2.1.2, PROOF(old, D[size]); empty where one of both is empty, or both are of one size. */
export const consistencyProof = async (read: ReadNode, old: number, size: number): Promise<readonly Hash[]> =>
  old === 0 || old === size ? [] : subproof(read, { old, from: 0, to: size, whole: true });

interface Part {
  readonly old: number;
  readonly from: number;
  readonly to: number;
  /** True: the root of the old part is known to the verifier. */
  readonly whole: boolean;
}

async function subproof(read: ReadNode, { old, from, to, whole }: Part): Promise<readonly Hash[]> {
  if (old === to) return whole ? [] : [await rangeRoot(read, from, to)];
  const middle = from + split(to - from);
  return old <= middle
    ? [...(await subproof(read, { old, from, to: middle, whole })), await rangeRoot(read, middle, to)]
    : [...(await subproof(read, { old, from: middle, to, whole: false })), await rangeRoot(read, from, middle)];
}

/** The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2); null: the proof has another length. */
export function rootByInclusion(leaf: Hash, index: number, size: number, proof: readonly Hash[]): Hash | null {
  let node = index;
  let last = size - 1;
  if (index >= size) return null;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : null;
}

export interface TreeHead {
  readonly size: number;
  readonly root: Hash;
}

/** Whether the tree `now` begins with all of `old` (RFC 9162 section 2.1.4.2). */
export function isConsistent(old: TreeHead, now: TreeHead, proof: readonly Hash[]): boolean {
  if (old.size > now.size) return false;
  if (old.size === 0) return proof.length === 0 && sameHash(old.root, rootOf([]));
  if (old.size === now.size) return proof.length === 0 && sameHash(old.root, now.root);
  const path = Number.isInteger(Math.log2(old.size)) ? [old.root, ...proof] : proof;
  let [node, last] = [old.size - 1, now.size - 1];
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  const [first, ...rest] = path;
  if (first === undefined) return false;
  let [before, after] = [first, first];
  for (const hash of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      [before, after] = [nodeHash(hash, before), nodeHash(hash, after)];
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else {
      after = nodeHash(after, hash);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && sameHash(before, old.root) && sameHash(after, now.root);
}
