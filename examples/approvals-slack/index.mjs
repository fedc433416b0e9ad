// Posts what an EventBridge rule matches of the broker's approvals to a Slack channel. It has no Slack token: it gets
// one from the broker for each message, by the scope slack-notify (an oauth-token grant), as the client that it is.
// BROKER: the broker's issuer. CLIENT_SECRET: of the client approvals-slack. CHANNEL: a channel's id.
const { BROKER, CLIENT_SECRET, CHANNEL, SLACK = 'https://slack.com' } = process.env;

const TITLES = {
  asked: 'Somebody has to approve',
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Nobody approved in time',
  used: 'Taken up',
  'break-glass': 'Gone on without approval (break-glass)',
};

/**
 * Slack's three characters (docs.slack.dev, "Formatting text"): what callers wrote mentions nobody and links nowhere.
 */
const inert = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function messageOf(detail) {
  const { event, uri, scope, principal, actors, intent, can, approver, reason, ends } = detail;
  const names = actors.map((actor) => inert(actor.principal));
  const through = names.length === 0 ? '' : ` through ${names.join(', before that ')}`;
  const lines = [
    `*${TITLES[event]}*: ${inert(scope)} for ${inert(principal)}${through}`,
    ...(intent === null ? [] : intent.split('\n').map((line) => `> ${inert(line)}`)),
    ...(event === 'asked' || event === 'break-glass' ? can.map((line) => `• ${inert(line)}`) : []),
    ...(approver === null ? [] : [`By ${inert(approver.principal)}${reason === null ? '' : `: ${inert(reason)}`}`]),
    // The link is worth nothing without a sign-in as an approver.
    ...(event === 'asked' ? [`<${uri}|Look at it> until ${inert(ends)}`] : []),
  ];
  return lines.join('\n');
}

async function slackToken() {
  const authorization = `Basic ${Buffer.from(`approvals-slack:${encodeURIComponent(CLIENT_SECRET)}`).toString('base64')}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'slack-notify' });
  const answer = await fetch(`${BROKER}/oauth2/token`, { method: 'POST', headers: { authorization }, body });
  const { access_token: token, reason } = await answer.json();
  if (!answer.ok) throw new Error(`the broker gives no token for Slack: ${reason}`);
  return token;
}

/** Throws where Slack did not take it: Lambda tries again, as EventBridge does. */
export async function handler({ detail }) {
  const answer = await fetch(`${SLACK}/api/chat.postMessage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await slackToken()}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ channel: CHANNEL, text: messageOf(detail), unfurl_links: false }),
  });
  const said = await answer.json();
  if (!said.ok) throw new Error(`Slack did not take the message: ${said.error}`);
}
