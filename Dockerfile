# The command line as an image: `token-broker serve` beside a program (examples/ecs), `web-identity`, or any other command.
#   npm run build && docker build --tag token-broker .
# It holds what `npm run build` made and nothing else; nothing is fetched but the base image. Pin that by digest in earnest.
FROM public.ecr.aws/docker/library/node:24-slim

COPY --chmod=0755 dist/token-broker.mjs /usr/local/bin/token-broker

# Where a volume that containers share is mounted: a task's volume takes its owner from here.
RUN mkdir --mode=0700 /broker && chown node:node /broker
VOLUME /broker

# `node`, by its number: an orchestrator that forbids root can tell.
USER 1000:1000
WORKDIR /broker
ENTRYPOINT ["token-broker"]
CMD ["--help"]
