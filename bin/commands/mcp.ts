import { callerOptions } from '../caller/settings.ts';
import { signOptions } from '../caller/sign-options.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  description: `Serves the Model Context Protocol on standard input and output: an agent lists scopes, asks for access, and sends requests to AWS that are signed here. It gets
no key. What it sends is limited by --allow, and logged.`,
  options: [...callerOptions.filter(({ flags }) => !/^--(?:intent|param)\b/.test(flags)), ...signOptions],
  examples: ["token-broker mcp --proof login --allow 's3:Get*' --allow 's3:List*'"],
  run: async (given, terminal) => {
    const [{ agentTools }, { serveMcp }] = await Promise.all([
      import('../signer/agent-tools.ts'),
      import('../signer/mcp-server.ts'),
    ]);
    const tools = agentTools(given, terminal);
    try {
      await serveMcp(process.stdin, (line) => terminal.out(line), tools.call);
    } finally {
      await tools.close();
    }
    return 0;
  },
};
