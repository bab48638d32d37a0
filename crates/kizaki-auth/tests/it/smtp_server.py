"""A mail server for tests: aiosmtpd, and what goes wrong with mail servers, by the addressee's local part.

Takes its settings as one JSON argument, prints the port and then a line of JSON for each thing that happens,
before the client is told of it, and ends when its standard input does.
"""

import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

settings = json.loads(sys.argv[1])
times = {}


def tell(what, **more):
    print(json.dumps({"what": what, **more}), flush=True)


def first(address):
    """Whether this is the first time that an address is asked about."""
    times[address] = times.get(address, 0) + 1
    return times[address] == 1


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        envelope.mail_from = address
        tell("sender", address=address, options=mail_options)
        return settings.get("sender", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        tell("addressee", address=address)
        match address.split("@")[0]:
            case "unknown":
                return "550 5.1.1 <" + address + "> User unknown"
            case "ancient":
                return "553 no mailbox here by that name"
            case "relay":
                return "554 5.7.1 <" + address + "> Relay access denied"
            case "policy":
                return "550 5.7.1 <" + address + "> not allowed to send as this sender"
            case "full":
                return "452 4.2.2 <" + address + "> mailbox is full"
            case "greylisted" if first(address):
                return "451 4.7.1 <" + address + "> try again later"
            case "closing" if first(address):
                return "421 4.3.2 closing"
            case "stalls":
                await asyncio.sleep(3600)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        tell(
            "mail",
            sender=envelope.mail_from,
            addressees=envelope.rcpt_tos,
            hello=session.host_name,
            tls=session.ssl is not None or settings.get("tls") == "implicit",
            user=session.auth_data.login.decode() if session.auth_data else None,
            text=base64.b64encode(envelope.original_content).decode(),
        )
        match address.split("@")[0]:
            case "dropped" if first(address):
                server.transport.abort()
                return "250 OK"
            case "silent" if first(address):
                await asyncio.sleep(3600)
            case "later" if first(address):
                return "451 4.3.0 local error"
            case "spam":
                return "554 5.6.0 this looks like spam"
            case "strange" if first(address):
                return "354 go on"
        return "250 2.0.0 OK"


def authenticate(server, session, envelope, mechanism, auth_data):
    right = isinstance(auth_data, LoginPassword)
    right = right and [auth_data.login.decode(), auth_data.password.decode()] == settings["user"]
    tell("sign-in", right=right)
    return AuthResult(success=right, auth_data=auth_data if right else None, handled=False)


async def main():
    context = None
    if "certificate" in settings:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings["certificate"], settings["key"])
    tls = settings.get("tls")

    class Server(SMTP):
        async def push(self, status):
            # What someone on the way says in clear behind the word that TLS begins.
            if status == "220 Ready to start TLS" and "injected" in settings:
                status += "\r\n" + settings["injected"]
            await super().push(status)

    def protocol():
        return Server(
            Handler(),
            hostname="mail.test",
            enable_SMTPUTF8=settings.get("utf8", False),
            tls_context=context if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            authenticator=authenticate,
            auth_required="user" in settings,
            auth_require_tls="user" in settings and tls == "starttls",
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(
        protocol, "127.0.0.1", settings.get("port", 0), ssl=context if tls == "implicit" else None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
