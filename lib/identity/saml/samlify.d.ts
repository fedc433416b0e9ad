/**
 * The part of samlify that is used. Its own types are left out: they bring in an older version of the DOM library whose
 * types would stand for every other version in the project.
 */
declare module 'samlify/build/index.js' {
  interface Endpoint {
    readonly Binding: string;
    readonly Location: string;
  }

  interface Idp {
    readonly entityMeta: object;
  }

  interface Sp {
    createLoginRequest(
      idp: Idp,
      binding: 'redirect',
      message: (template: string) => { readonly id: string; readonly context: string },
    ): { readonly id: string; readonly context: string };
  }

  const samlify: {
    IdentityProvider(settings: {
      readonly entityID: string;
      readonly wantAuthnRequestsSigned: boolean;
      readonly singleSignOnService: readonly Endpoint[];
      readonly singleLogoutService: readonly Endpoint[];
    }): Idp;
    ServiceProvider(settings: {
      readonly entityID: string;
      readonly authnRequestsSigned: boolean;
      readonly privateKey?: string;
      readonly requestSignatureAlgorithm?: string;
      readonly assertionConsumerService: readonly Endpoint[];
    }): Sp;
  };
  export default samlify;
}
