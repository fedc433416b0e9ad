/** The assertion consumer service of a connection: Recipient and Destination of what comes there. */
export const acsUrl = (issuer: string, connection: string): string => `${issuer}/saml/${connection}/acs`;
