import { describe, expect, it } from '@jest/globals';
import { readForm } from '../../lib/http/form.ts';
import { aFormPost, FORM } from '../fakes/http.ts';

const BOUNDS = { maxBytes: 20 };
const reasonOf = (body: string, headers: Readonly<Record<string, string>> = FORM) => {
  const form = readForm(aFormPost(body, { headers }), BOUNDS);
  return form.ok ? 'read' : form.refusal.reason;
};
const type = (text: string) => ({ 'content-type': text });

describe('a form', () => {
  it.each([
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=utf-8',
    'Application/X-WWW-Form-URLencoded;charset="UTF-8"',
    'application/x-www-form-urlencoded;',
    'application/x-www-form-urlencoded; ; charset=UTF-8 ;',
    'application/x-www-form-urlencoded; charset=utf8',
  ])('is of the type %s', (text) => {
    expect(reasonOf('a=1', type(text))).toBe('read');
  });

  it.each([
    ['another type', 'a=1', type('application/json'), 'unsupported_content_type'],
    ['no type', 'a=1', {}, 'unsupported_content_type'],
    [
      'two character sets',
      'a=1',
      type(`${FORM['content-type']}; charset=utf-8; charset=latin1`),
      'unsupported_content_type',
    ],
    [
      'a character set without its semicolon',
      'a=1',
      type(`${FORM['content-type']} charset=utf-8`),
      'unsupported_content_type',
    ],
    ['another character set', 'a=1', type(`${FORM['content-type']}; charset=latin1`), 'unsupported_content_type'],
    ['two types', 'a=1', type(`${FORM['content-type']}, text/plain`), 'unsupported_content_type'],
    ['an encoding', 'a=1', { ...FORM, 'content-encoding': 'gzip' }, 'unsupported_content_type'],
    ['a byte too many', `a=${'x'.repeat(19)}`, FORM, 'request_too_large'],
    ['broken percent-encoding', 'a=%zz', FORM, 'malformed_request'],
    ['half a character', 'a=%c3', FORM, 'malformed_request'],
    ['a parameter twice', 'a=1&a=2', FORM, 'parameter_repeated'],
    ['a parameter twice, once escaped', 'a=1&%61=2', FORM, 'parameter_repeated'],
    ['a parameter twice, both empty', 'a&a=', FORM, 'parameter_repeated'],
  ])('is refused with %s', (_, body, headers, reason) => {
    expect(reasonOf(body, headers)).toBe(reason);
  });

  it.each([
    ['another type', 'a=1', type('application/json'), undefined],
    ['another character set', 'a=1', type(`${FORM['content-type']}; charset=ISO-8859-1`), /charset=utf-8/],
    ['a parameter that no form has', 'a=1', type(`${FORM['content-type']}; boundary=x`), /no parameter but/],
    ['an encoding', 'a=1', { ...FORM, 'content-encoding': 'gzip' }, /Content-Encoding/],
    ['a percent sign of its own', 'a=100%', FORM, /percent-encoding/],
  ])('is told which of these it was: %s', (_, body, headers, detail) => {
    const form = readForm(aFormPost(body, { headers }), BOUNDS);
    const told = form.ok ? 'read' : form.refusal.detail;
    expect(told).toEqual(detail === undefined ? undefined : expect.stringMatching(detail));
  });

  it('is told how many parameters there may be, and that it is not UTF-8', () => {
    expect(readForm(aFormPost('a&'.repeat(101)), { maxBytes: 1_000 })).toMatchObject({
      refusal: { detail: 'There are more than 100 parameters.' },
    });
    const bytes = { ...aFormPost('a=1'), body: new Uint8Array([0x61, 0x3d, 0xff]) };
    expect(readForm(bytes, BOUNDS)).toMatchObject({ refusal: { detail: 'The form is not UTF-8.' } });
  });

  it('may say that it is not compressed (RFC 9110 section 8.4.1)', () => {
    expect(reasonOf('a=1', { ...FORM, 'content-encoding': 'identity' })).toBe('read');
  });

  it('may have the parameters twice that are repeatable, and no others', () => {
    const bounds = { maxBytes: 100, repeatable: ['audience'] };
    const form = readForm(aFormPost('audience=a&audience=b'), bounds);
    expect(form.ok && form.value.all('audience')).toEqual(['a', 'b']);
    expect(readForm(aFormPost('audience=a&scope=b&scope=b'), bounds).ok).toBe(false);
  });

  it('is not bytes that are no UTF-8', () => {
    const request = { ...aFormPost('a=1'), body: new Uint8Array([0x61, 0x3d, 0xff]) };
    expect(readForm(request, BOUNDS)).toMatchObject({ refusal: { reason: 'malformed_request' } });
  });

  it('is not more than a hundred parameters', () => {
    const of = (count: number) => Array.from({ length: count }, (_, at) => `p${at}`).join('&');
    expect(readForm(aFormPost(of(100)), { maxBytes: 1_000 }).ok).toBe(true);
    expect(readForm(aFormPost(of(101)), { maxBytes: 1_000 }).ok).toBe(false);
  });

  it('says the name that came twice, where it is safe to say', () => {
    const detail = (body: string) => {
      const form = readForm(aFormPost(body), { maxBytes: 1_000 });
      return form.ok ? null : (form.refusal.detail ?? null);
    };
    expect(detail('scope=a&scope=b')).toContain('scope');
    expect(detail('%3Cscript%3E=a&%3Cscript%3E=b')).toBeNull();
  });
});
