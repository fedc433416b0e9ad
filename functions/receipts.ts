import type { BearerPorts } from '../lib/admit-bearer.ts';
import { receiptsPorts } from '../lib/composition/receipts.ts';
import { apiError } from '../lib/http/api/api-error.ts';
import { forBearer } from '../lib/http/api/for-bearer.ts';
import { plainText } from '../lib/http/http-answer.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { accept } from '../lib/outcome.ts';
import { admitReader } from '../lib/read-ledger.ts';
import { type ReceiptPorts, readLogKey, readReceipt } from '../lib/read-receipt.ts';

const BUDGET_MS = 15_000;

/** `GET /v1/issuances/{id}/receipt`, for a broker token with `broker:issuances:read`; `GET /v1/ledger/key`, for all. */
export const receiptsHandler = (ports: RoutePorts & BearerPorts & ReceiptPorts) =>
  routeHandler(
    [
      {
        name: 'receipts',
        paths: ['/v1/issuances/{id}/receipt'],
        methods: ['GET'],
        budgetMs: BUDGET_MS,
        refuse: apiError(ports.issuer),
        handle: forBearer(
          (bearer, _, signal) => admitReader(ports, bearer, signal),
          async (request, signal) => {
            const receipt = await readReceipt(ports, request.pathParameters['id'] ?? '', signal);
            return receipt.ok ? accept(plainText(request.id, receipt.value, 'no-store')) : receipt;
          },
        ),
      },
      {
        name: 'ledger-key',
        paths: ['/v1/ledger/key'],
        methods: ['GET'],
        budgetMs: BUDGET_MS,
        refuse: apiError(ports.issuer),
        handle: async (request, { signal }) => {
          const key = await readLogKey(ports, signal);
          return key.ok ? accept({ answer: plainText(request.id, key.value, 'public, max-age=300') }) : key;
        },
      },
    ],
    ports,
  );

export const handler = receiptsHandler(receiptsPorts());
