import { STSClient } from '@aws-sdk/client-sts';
import type { Settings } from '../../host/settings.ts';
import { clientOptions } from '../client-options.ts';

/** A client for the life of the process, at the Region's endpoint or at the one that AWS_ENDPOINT_URL_STS names. */
export const stsClient = (settings: Pick<Settings, 'region'>): STSClient => new STSClient(clientOptions(settings));
