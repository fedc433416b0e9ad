import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of test data: CORPORA, else beside the project. A missing one fails whatever reads it. */
const FOLDER = process.env['CORPORA'] ?? resolve(import.meta.dirname, '../../../shared/corpora');

export const corpusPath = (path: string): string => join(FOLDER, path);
export const corpusBytes = (path: string): Buffer => readFileSync(corpusPath(path));
export const corpusFiles = (path: string): readonly string[] => readdirSync(corpusPath(path)).sort();

/** A JSON document of the corpus, its shape as the caller knows it. */
export const corpusJson = <T>(path: string): T => JSON.parse(corpusBytes(path).toString('utf8'));
