import type { Route } from '../route.ts';
import { refusalPage } from './pages/refusal-page.ts';

/**
 * What the routes of a browser have in common: a refusal is a page, and an identity provider's metadata may have to be
 * fetched (API Gateway waits 30 s).
 */
export const PAGE_ROUTE = { budgetMs: 10_000, refuse: refusalPage } as const satisfies Partial<Route>;
