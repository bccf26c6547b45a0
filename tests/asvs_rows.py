"""The rows of the table of `tests.asvs`: number, level, what is asked in our own words, and behind a bar a reason."""

# ruff: noqa: E501 - a row is a line

from __future__ import annotations

CHAPTERS = {
    1: "Encoding and sanitising", 2: "Validation and order of steps", 3: "In the browser", 4: "HTTP", 5: "Files",
    6: "Who somebody is", 7: "Sessions", 8: "Who may what", 9: "Self-contained tokens", 10: "OAuth and OpenID Connect",
    11: "Cryptography", 12: "The wire", 13: "Configuration", 14: "Data protection", 15: "Code and components",
    16: "Logs and errors", 17: "WebRTC",
}  # fmt: skip
WHOLE = {
    9: "Does not apply: the site issues and takes no self-contained tokens. What its cookies carry means nothing by itself.",
    10: "Does not apply: accounts are the site's own; it neither asks another provider nor is one.",
    17: "Does not apply: nothing is transmitted between browsers.",
}
"""Chapters that do not concern the site, and why."""

ROWS = """
1.1.1 2 Input is decoded once, before it is judged
1.1.2 2 Text is escaped last, by what puts it into its place
1.2.1 1 Text is escaped for where it stands: element, attribute, header, calendar
1.2.2 1 Addresses are built with encoded parts, and lead to http, https or the site alone
1.2.3 1 Text within scripts and JSON is escaped for them
1.2.4 1 Databases are asked with bound values
1.2.5 1 No command of the system is built from input | Nothing that is sent reaches a command: the one that is run has fixed words; a test looks for any other.
1.2.6 2 No injection into LDAP | There is no LDAP.
1.2.7 2 No injection into XPath | XPath is not used.
1.2.8 2 No injection into LaTeX | There is no LaTeX; texts reach typst as data.
1.2.9 2 Text within regular expressions is escaped
1.2.10 3 Cells of a spreadsheet start no formula, and quotes hold
1.3.1 1 HTML that people write is sanitised | Nobody writes HTML: all that is typed is text.
1.3.2 1 No eval, no code from input
1.3.3 2 What reaches a dangerous place is limited beforehand
1.3.4 2 Pictures that people send hold no script | Nobody sends pictures.
1.3.5 2 No Markdown, style sheet or template from people | None is taken.
1.3.6 2 The server fetches nothing that a request names
1.3.7 2 Templates are not built from input
1.3.8 2 No injection into JNDI | There is no Java.
1.3.9 2 No injection into memcache | There is no memcache.
1.3.10 2 Format strings come from no input
1.3.11 2 No injection into mail | The site sends no mail.
1.4.1 2 Strings and memory are handled safely | Python; the libraries below it are others' and are kept current.
1.4.2 2 Numbers beyond any bound are refused
1.4.3 2 Memory and files are given back | Warnings of files left open are errors in every test run.
1.5.1 1 XML is read without entities from outside
1.5.2 2 Nothing that is sent makes objects
2.1.1 1 Written down: what each input must look like | [The study file](study-file.md), [settings](../how-to/serve.md), [mapping files](mapping-file.md).
2.1.2 2 Written down: what must agree with what | Conditions and checks of the [study file](study-file.md).
2.1.3 2 Written down: limits, for one person and for all | [How to operate](../how-to/operate.md#limits).
2.2.1 1 Input is judged by what is expected of it
2.2.2 1 It is judged by the server
2.2.3 2 What belongs together is judged together
2.3.1 1 Steps are taken in their order
2.3.2 2 Limits are kept
2.3.3 2 What belongs together is saved as a whole or not at all
2.3.4 2 Two people at the same thing do not undo one another
2.4.1 2 Too many calls are slowed down or refused | Sign-ins and codes of links are; what takes long waits in a queue. People with accounts are few and known; their other calls are not counted.
3.2.1 1 Files are not shown as pages
3.2.2 1 Text is put into a page as text
3.3.1 1 Cookies are secure
3.3.2 2 Cookies go to no other site's requests
3.3.3 2 Cookies belong to this host alone
3.3.4 2 Scripts read no cookie
3.4.1 1 Browsers come back by HTTPS only, for a year, for subdomains too
3.4.2 1 No other origin reads answers
3.4.3 2 A policy of content without anything inline
3.4.4 2 No guessing of types
3.4.5 2 Addresses are not told to others
3.4.6 2 No page within another site's
3.5.1 1 A change asks for the token of the site
3.5.2 1 Nothing rests on CORS preflight | The token is asked for, whatever the kind of request.
3.5.3 1 No change by GET
3.5.4 2 Other applications have another host name | Left to whoever runs the site: give it a name of its own.
3.5.5 2 Messages between windows | None are received.
3.7.1 2 Only techniques that browsers still support | HTML, CSS and plain scripts.
3.7.2 2 No redirect to another host
4.1.1 1 Every answer says its type and how letters are written
4.1.2 2 Only pages redirect from HTTP to HTTPS | Plain HTTP is not listened to beside HTTPS.
4.1.3 2 Nobody overrides what a proxy says
4.2.1 2 The ends of messages are found unambiguously
4.3.1 2 Queries of GraphQL are limited | There is no GraphQL.
4.3.2 2 No introspection of GraphQL | There is no GraphQL.
4.4.1 1 WebSockets over TLS | There are no WebSockets.
4.4.2 2 Origin of WebSockets | There are no WebSockets.
4.4.3 2 Tokens of WebSockets | There are no WebSockets.
4.4.4 2 Tokens of WebSockets come from the session | There are no WebSockets.
5.1.1 2 Written down: which files are taken, how large | [How to import](../how-to/import.md).
5.2.1 1 Files beyond a size are refused
5.2.2 1 A file is what its name says
5.2.3 2 A packed file is measured before it is unpacked
5.3.1 1 What was sent is never run
5.3.2 1 Paths are made of the server's own names
5.4.1 2 Names that are sent are ignored or judged; downloads are named
5.4.2 2 Names of downloads are encoded
5.4.3 2 Files are scanned for viruses | Not done: a file is read as numbers and text and is never served again. Left to whoever runs the machine.
6.1.1 1 Written down: how guessing is slowed down, and that nobody is locked out for long | [How to serve](../how-to/serve.md#accounts).
6.1.2 2 Written down: words that make no password
6.1.3 2 Written down: every way to sign in | [How to serve](../how-to/serve.md#accounts): password and second factor; a participant's link opens questionnaires alone.
6.2.1 1 Passwords have at least 8 characters
6.2.2 1 People change their password
6.2.3 1 Changing it asks for the one until now
6.2.4 1 Common passwords are refused
6.2.5 1 Any character will do
6.2.6 1 Passwords are not shown while typed
6.2.7 1 Pasting and password managers work
6.2.8 1 Passwords are taken exactly as typed
6.2.9 2 64 characters and more are taken
6.2.10 2 Nobody is made to change a password by time
6.2.11 2 Words that everybody knows of the site make no password
6.2.12 2 Passwords known from breaches are refused | In part: a list that is shipped, and what is easily made of it. No list is asked for over the network, which a hospital's site has none of.
6.3.1 1 Guessing is slowed down
6.3.2 1 There are no accounts by default
6.3.3 2 A second factor | From the machine of the site itself only where it is set so: `second_factor = "always"`.
6.3.4 2 No way in that is not written down
6.4.1 1 First passwords are by chance, short-lived, and replaced
6.4.2 1 No secret questions | There are none.
6.4.3 2 A reset does not pass the second factor
6.4.4 2 A lost second factor is replaced by somebody who knows the person | The custodian takes it away; to know who asks is left to them.
6.5.1 2 Codes work once
6.5.2 2 Codes at rest are hashed | Recovery codes have 60 bits and are kept under a key that is not in the database.
6.5.3 2 Codes and seeds are by good chance
6.5.4 2 Codes have 20 bits at least
6.5.5 2 A code of the app lives half a minute
6.6.1 2 Codes by telephone | None are sent.
6.6.2 2 Codes sent another way belong to one sign-in | None are sent.
6.6.3 2 Codes sent another way are not guessed | None are sent.
6.8.1 2 Several providers of identity | There are none.
6.8.2 2 Signed assertions | There are none.
6.8.3 2 SAML | There is none.
6.8.4 2 Strength told by a provider | There is none.
7.1.1 2 Written down: how long a session lasts | [How to serve](../how-to/serve.md#settings).
7.1.2 2 Written down: how many sessions at a time | [How to operate](../how-to/operate.md#limits): as many as people open.
7.1.3 2 Federated sessions | There are none.
7.2.1 1 The server judges sessions
7.2.2 1 Keys of sessions are made anew
7.2.3 1 They have 128 bits of chance
7.2.4 1 Signing in makes a new one and ends the old one
7.3.1 2 A session ends that nobody uses
7.3.2 2 Every session ends
7.4.1 1 After signing out a session is dead
7.4.2 1 A closed account ends its sessions
7.4.3 2 A new password or second factor ends the others
7.4.4 2 Signing out is on every page
7.4.5 2 A custodian ends anybody's sessions
7.5.1 2 Changes of what proves who one is ask for the password
7.5.2 2 People see their sessions and end them
7.6.1 2 Sessions between providers | There are none.
7.6.2 2 No session without the person's doing
8.1.1 1 Written down: who may use which function | [Addresses](routes.md), [acts](acts.md), roles of the [study file](study-file.md).
8.1.2 2 Written down: who may see which field | `sees` and `records` of roles in the [study file](study-file.md); [blinding](../explanation/blinding.md).
8.1.3 3 Written down: what else decides, such as place and time | [How to serve](../how-to/serve.md): the machine of the site, last days, time-outs.
8.1.4 3 Written down: how it decides | The same.
8.2.1 1 Functions are for who has the right
8.2.2 1 Data are for whom they are meant: no foreign participant by another address
8.2.3 2 So are single fields
8.2.4 3 Place and time decide where that was written down
8.3.1 1 The server decides
8.3.2 3 A change of rights holds at the next request
8.3.3 3 Whoever asks decides, not what asks on their behalf
8.4.1 2 One site of the study does not reach another's
8.4.2 3 Administration has more than one wall | A right, a second factor from afar, the password again; the state of the device is not looked at.
11.1.1 2 Written down: keys, and their life | [How to operate](../how-to/operate.md#keys).
11.1.2 2 A list of what is encrypted how | [How to operate](../how-to/operate.md#keys).
11.2.1 2 Only implementations that are well known
11.2.2 2 Algorithms can be replaced | Django's hashers; certificates are made anew; the algorithm of the ledger's chain is named in its format.
11.2.3 2 128 bits of strength at least
11.3.1 1 No weak modes of ciphers | None is used: AES in GCM, and TLS.
11.3.2 1 Only approved ciphers | AES-256 in GCM for identities; TLS.
11.3.3 2 What is encrypted cannot be changed unseen
11.4.1 1 Only approved hashes
11.4.2 2 Passwords are kept by a slow function
11.4.3 2 Hashes of records have 256 bits
11.4.4 2 Keys from passwords are stretched | No key is made from a password.
11.5.1 2 What must not be guessed has 128 bits of chance | But for codes that people type: they have 60 bits, live shortly, and guessing is slowed down.
11.6.1 2 Keys are made by approved algorithms
12.1.1 1 TLS 1.2 and 1.3 only
12.1.2 2 Good ciphers only
12.1.3 2 Certificates of clients are judged | None are asked for.
12.2.1 1 No plain HTTP to other machines
12.2.2 1 Certificates that everybody trusts | Left to whoever runs the site: name one with `--tls`; one's own is for a network without any.
12.3.1 2 Every connection is encrypted | Within the machine and to its own database in a file there is none. A PostgreSQL elsewhere: `sslmode=verify-full` in its address.
12.3.2 2 Certificates of servers are judged | The site connects to nothing but its database.
12.3.3 2 Services within are encrypted | There are none.
12.3.4 2 Services within trust named certificates | There are none.
13.1.1 2 Written down: what the site talks to | [How to operate](../how-to/operate.md#what-it-talks-to): nothing but its database.
13.2.1 2 Parts behind the site prove who they are | One process and its files; PostgreSQL by its own accounts.
13.2.2 2 They have the least rights | [The unit](../how-to/operate.md#a-unit) gives it an account of its own and its folder alone.
13.2.3 2 No credentials by default
13.2.4 2 A list of what may be reached from within
13.2.5 2 The server fetches only from that list
13.3.1 2 Secrets are made and kept apart from the code
13.3.2 2 Secrets are private
13.4.1 1 No folder of version control is served
13.4.2 2 No debugging
13.4.3 2 No lists of folders
13.4.4 2 No TRACE
13.4.5 2 No documents or numbers of the machinery unless wanted
14.1.1 2 Written down: which data are how delicate | [Privacy](../explanation/privacy.md).
14.1.2 2 Written down: how each is protected | [Privacy](../explanation/privacy.md), [blinding](../explanation/blinding.md).
14.2.1 1 Nothing secret in addresses | But for what has no other way: a calendar program asks by an address that can be withdrawn, and the first run by a code that dies with it.
14.2.2 2 Nothing delicate in caches on the way
14.2.3 2 Nothing goes to others
14.2.4 2 What was written down is done
14.3.1 1 Drafts are cleared at the end of a session
14.3.2 2 Browsers keep nothing
14.3.3 2 Nothing delicate in the browser's storage | A draft of what was typed and not saved stands in the storage of its tab, so that a lost network loses no answer; signing out clears it.
15.1.1 1 Written down: how soon components are replaced | [How to operate](../how-to/operate.md#upgrade).
15.1.2 2 A list of components
15.1.3 2 Written down: what takes long | [How to operate](../how-to/operate.md#limits).
15.2.1 1 No component beyond that time | Left to whoever releases and runs the site; bounds let each be replaced.
15.2.2 2 What takes long does not stop others
15.2.3 2 Nothing for tests or development is served
15.3.1 1 Answers hold no more than asked for
15.3.2 2 Redirects of servers are not followed | Nothing is fetched.
15.3.3 2 No field is taken that the page does not have
15.3.4 2 The address of who asks cannot be made up
15.3.5 2 Types are judged | Checked by mypy in its strict mode, and read from text by rules.
15.3.6 2 Scripts take no names from input
15.3.7 2 A parameter sent twice does no harm
16.1.1 2 Written down: what is logged, where, for how long | [How to operate](../how-to/operate.md#logs).
16.2.1 2 Lines say when, where, who, what
16.2.2 2 Times are in UTC, from a clock that is kept right
16.2.3 2 Logs go where it is written | The terminal, and tables of `people.db`.
16.2.4 2 Logs can be read by programs
16.2.5 2 Logs hold nothing delicate
16.3.1 2 Sign-ins are logged, those that failed too
16.3.2 2 Refusals are logged
16.3.3 2 So are attempts to get around
16.3.4 2 So are failures
16.4.1 2 Nothing that is sent breaks a line of a log
16.4.2 2 Logs are private, and cannot be changed
16.4.3 2 Logs go to another machine | Left to whoever runs the site: [journald or a collector](../how-to/operate.md#logs) takes lines of JSON.
16.5.1 2 Errors say nothing of the inside
16.5.2 2 Where something else fails, the site stays safe
16.5.3 2 Where something fails, nothing is half done
16.5.4 3 A last net catches every failure
"""
