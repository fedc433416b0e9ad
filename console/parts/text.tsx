import { visibleText } from '../visible-text.ts';

/** A text of somebody else's, as text and never as markup; what would act or hide in it is shown by its code point. */
export const Text = ({ of }: { readonly of: string }) => (
  <bdi class="text">
    {visibleText(of).map((piece) =>
      typeof piece === 'string' ? piece : <span class="code-point">{piece.codePoint}</span>,
    )}
  </bdi>
);

/** A text that people copy: a name, an id, an ARN. */
export const Code = ({ of }: { readonly of: string }) => (
  <code>
    <Text of={of} />
  </code>
);
