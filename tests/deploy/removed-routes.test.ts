import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { routesRemovedWithSettings, withoutSettings } from '../../deploy/removed-routes.ts';
import { parseTemplate } from '../../local/gateway/intrinsics.ts';
import type { TemplateDocument } from '../template/document.ts';

const now = readFileSync('template.yaml', 'utf8');
/** A version before this one, which had a route more, with settings of its own. */
const before = now
  .replace('      RouteSettings:\n', '      RouteSettings:\n        ANY /v0/keys: { ThrottlingRateLimit: 5 }\n')
  .replace(
    /^( +)(Oauth2Token: \{.*\n)/m,
    '$1$2$1Old: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: ANY, Path: /v0/keys } }\n',
  );
const keysOf = (text: string): readonly string[] => {
  const { Resources: resources } = parseTemplate(text) as TemplateDocument;
  return Object.keys(resources['Api']?.Properties['RouteSettings'] ?? {});
};

describe('an upgrade that removes a route', () => {
  it('is refused while the stage has settings for it', () => {
    expect(before).not.toBe(now);
    expect(routesRemovedWithSettings(before, now)).toEqual(['ANY /v0/keys']);
  });

  it('goes in two steps: the settings first, then the route', () => {
    const first = withoutSettings(before, ['ANY /v0/keys']);
    expect(routesRemovedWithSettings(before, first)).toEqual([]);
    expect(routesRemovedWithSettings(first, now)).toEqual([]);
  });

  it('changes nothing in the first step but those settings', () => {
    const first = withoutSettings(before, ['ANY /v0/keys']);
    expect(keysOf(first)).toEqual(keysOf(now));
    const [whole, reduced] = [before, first].map((text) => parseTemplate(text) as TemplateDocument);
    const { Api: api, ...others } = whole?.Resources ?? {};
    const { Api: reducedApi, ...reducedOthers } = reduced?.Resources ?? {};
    expect(reducedOthers).toEqual(others);
    expect({ ...reducedApi?.Properties, RouteSettings: null }).toEqual({ ...api?.Properties, RouteSettings: null });
  });

  it('also takes a template as SAM has packaged it, with the long names of the functions', () => {
    const packaged = JSON.stringify(parseTemplate(before));
    expect(routesRemovedWithSettings(packaged, now)).toEqual(['ANY /v0/keys']);
    expect(routesRemovedWithSettings(withoutSettings(packaged, ['ANY /v0/keys']), now)).toEqual([]);
  });
});

describe('other upgrades', () => {
  it.each([
    ['the same version', now, now],
    ['a route more', now, before],
    ['a first deployment after an empty one', 'Resources: {}', now],
  ])('are one step: %s', (_, deployed, next) => {
    expect(routesRemovedWithSettings(deployed, next)).toEqual([]);
  });
});
