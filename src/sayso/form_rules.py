"""The cleaning rules that know a line by its own words: the furniture of news and blog pages, kind by kind."""

from __future__ import annotations

from sayso.rule_forms import Rule, form_rule

__all__ = ["AGENCY", "FORM_RULES", "NAME", "ROLE"]

_NETWORK = (
    r"(?:facebook|twitter|x|instagram|linkedin|pinterest|whatsapp|reddit|tumblr|telegram|youtube|flipboard"
    r"|email|e-mail|print|messenger|google\+?|snapchat|tiktok|threads|bluesky|mastodon|copy link|link|sms|line|vk)"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
_DATE = (
    rf"{_DAY}(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH},?\s+\d{{4}}"
    r"|\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})"
)
_TIME = r"(?:,?\s*(?:at|@|\||-|–|·)?\s*\d{1,2}[:.]\d{2}(?::\d{2})?\s*(?:[ap]\.?m\.?)?(?:\s*\(?[a-z]{2,5}(?:[+-]\d{1,2})?\)?)?)?"
NAME = r"(?-i:[A-Z][\w.'’-]*(?: (?:(?:de|van|von|al|bin|da|del|der|la) )?[A-Z][\w.'’-]*){1,4})"
ROLE = (
    r"(?:writer|author|journalist|reporter|editor|correspondent|columnist|blogger|consultant|contributor"
    r"|freelancer|novelist|photographer|enthusiast|analyst|strategist|marketer|geek)"
)
# The name of a photo agency or a word for a picture's source, as it closes a caption.
AGENCY = (
    r"(?:reuters|a\.?f\.?p\.?|a\.?p\.?|pti|ani|ians|upi|epa|dpa|getty(?: images)?|shutterstock|istock|bloomberg|xinhua"
    r"|file|file photo|photo|image|representational image|courtesy|source|credit|pixabay|unsplash|flickr)"
)

FORM_RULES: tuple[Rule, ...] = (
    form_rule(
        "comment-form",
        "A heading, a field or an instruction of a comment form.",
        phrases="""
            leave a reply | leave a comment | leave your comment | leave a response | post a comment | add a comment |
            add comment | write a comment | post comment | submit comment | cancel reply | leave a reply cancel reply |
            leave a comment cancel reply | your email address will not be published | required fields are marked | your
            email address will not be published. required fields are marked | save my name, email, and website in this
            browser for the next time i comment | notify me of follow-up comments by email | notify me of new posts by
            email | notify me when new comments are added | no comments | no comments yet | comments are closed |
            comments | view comments | show comments | view all comments | join the discussion | join the conversation |
            be the first to comment | load comments | load more comments | comment | name | email | website | reply
        """,
        patterns=(
            r"\d{1,5} (?:comments?|responses?|replies|thoughts?)(?: on .{1,160})?",
            r"(?:you must be|please) (?:logged in|log in|sign in|login)(?: or \w+)? to (?:post|leave|add|write) (?:a |your )?(?:comment|reply)\.?",
            r"(?:log|sign) in to (?:leave|post|add) a (?:comment|reply)\.?",
        ),
        starts="0 you please log sign",
        takes=(
            "Leave A Reply",
            "12 Comments",
            "Name *",
            "Your email address will not be published.",
            "You must be logged in to post a comment.",
        ),
        leaves=(
            "Leave a reply with the clerk, the notice told residents.",
            "12 comments were struck from the record.",
            "The minister declined to leave a comment.",
        ),
    ),
    form_rule(
        "comment-notice",
        "A spam filter's or a moderator's standing notice about comments.",
        patterns=(
            r"this site uses akismet to reduce spam\.(?: learn how your comment data is processed\.?)?",
            r"learn how your comment data is processed\.?",
            r"(?:all )?comments (?:are|will be) (?:moderated|reviewed)\b.{0,160}",
            r"(?:please )?(?:read|see) our (?:comment|commenting|community) (?:policy|guidelines|rules)\b.{0,120}",
        ),
        starts="this learn all comments please read see",
        takes=(
            "This site uses Akismet to reduce spam. Learn how your comment data is processed.",
            "Comments are moderated and may take a day to appear.",
        ),
        leaves=(
            "This site uses Akismet, which its owner says has cut spam by half.",
            "Comments on the draft law close on Friday.",
        ),
    ),
    form_rule(
        "share-line",
        "A button or a row of buttons for passing the page on.",
        phrases="""
            share | share this | share this article | share this post | share this story | share this page | share this
            with | share via | share on | share it | share with friends | sharing is caring | share article | share
            story | tweet | retweet | pin it | pin | email this | email this article | copy link | link copied | more
            sharing options | share options | like this | like loading | share your thoughts | shares | print this
            article
        """,
        patterns=(
            rf"(?:click to )?(?:share|tweet|post|pin|send|print|email)(?: this)?(?: (?:article|post|story|page|link))?"
            rf" (?:on|to|via|with|by|a link to a friend)\b:? ?{_NETWORK}?(?: \(opens in new window\))?",
            rf"(?:share:? ?)?{_NETWORK}(?:(?: ?[|,/·•] ?| ){_NETWORK}){{1,12}}",
            rf"share (?:on )?{_NETWORK}(?: (?:share (?:on )?)?{_NETWORK}){{0,10}}",
            r"\d[\d,.]{0,8}k? (?:shares?|likes?|views?|retweets?)",
        ),
        starts="click share tweet post pin send print email 0 facebook twitter x instagram linkedin pinterest "
        "whatsapp reddit tumblr telegram youtube flipboard e-mail messenger google google+ copy link sms",
        takes=(
            "Share this:",
            "Click to share on Twitter (Opens in new window)",
            "Facebook Twitter WhatsApp Email",
            "1.2k Shares",
        ),
        leaves=(
            "Share prices fell for a third day.",
            "Facebook and Twitter declined to answer.",
            "Tweet by tweet, the senator rewrote her past.",
        ),
    ),
    form_rule(
        "follow-line",
        "An appeal to follow the publisher or the writer elsewhere.",
        phrases="""
            follow | follow us | connect with us | follow the author | find us on
        """,
        patterns=(
            rf"(?:follow|like|find|join|connect with|add|watch) (?:us|me|him|her|them|our|the author|{NAME}|@?\w{{2,30}})"
            rf"(?: page| channel)? (?:on|at|@) {_NETWORK}\b.{{0,80}}",
            r"follow @\w{2,30}(?: (?:on|and|for) .{1,80})?",
            r"subscribe to (?:our|my|the)(?: \w+){0,3} (?:channel|feed|podcast)\b.{0,80}",
        ),
        starts="follow like find join connect add watch subscribe",
        takes=(
            "Follow us on Twitter @invented",
            "Like us on Facebook",
            "Follow @janeexample",
            "Subscribe to our YouTube channel for more.",
        ),
        leaves=(
            "Follow the money, the auditor told the panel.",
            "Join us on the march, the union urged its members.",
        ),
    ),
    form_rule(
        "newsletter-prompt",
        "An appeal to subscribe to a newsletter or to alerts.",
        phrases="""
            newsletter | newsletters | subscribe | sign up | email address | enter your email | enter your email address
            | thank you for subscribing | thanks for subscribing | subscribe to newsletter | join our mailing list | you
            have successfully subscribed | get our newsletter
        """,
        patterns=(
            r"(?:sign up|subscribe|register)(?: now| today| here)? (?:for|to|and get|to get|to receive)\b"
            r".{0,80}\b(?:newsletters?|updates|alerts|inbox|mailing list|emails?)\b.{0,120}",
            r"(?:get|receive|have)\b.{0,80}\b(?:delivered|sent|straight|directly|right)\b.{0,20}\b(?:in)?(?:to)? ?your (?:inbox|email|phone)\b.{0,80}",
            r"enter your e-?mail(?: address)? (?:to|and|below)\b.{0,120}",
        ),
        starts="sign subscribe register get receive have enter",
        takes=(
            "Sign up for our daily newsletter",
            "Get the day's headlines delivered straight to your inbox.",
            "Enter your email to subscribe",
        ),
        leaves=(
            "Sign up for the army by Friday, the decree ordered men under forty.",
            "The newsletter, printed since 1921, will close.",
        ),
    ),
    form_rule(
        "subscription-prompt",
        "A pay wall: an appeal to log in, to register or to pay for reading on.",
        phrases="""
            subscribe now | log in | login | sign in | register | already a subscriber | already a member | already have
            an account | create an account | create a free account | start your free trial | this article is for
            subscribers only | this content is for subscribers only | subscribe to continue reading | continue with
            google | my account | sign out | log out | become a member
        """,
        patterns=(
            r"(?:already a (?:subscriber|member)|already have an account|not a (?:subscriber|member))\? ?.{0,60}",
            r"(?:log in|login|sign in|subscribe|register|create an account)(?: or [\w ]{1,20})? to (?:continue|keep|unlock|read|view)\b.{0,80}",
            r"to (?:continue|keep) reading,? (?:please )?(?:log in|login|sign in|subscribe|register)\b.{0,80}",
        ),
        starts="already not log login sign subscribe register create to",
        takes=("Subscribe now", "Already a subscriber? Log in", "To continue reading, please subscribe."),
        leaves=(
            "Subscribe to this theory or not, the facts stand.",
            "To continue reading the will aloud took an hour.",
        ),
    ),
    form_rule(
        "app-prompt",
        "A link to an app or to another version of the page.",
        phrases="""
            exit mobile version | view mobile version | mobile version | desktop version | view desktop version | view
            full site | view non-amp version | open in app | get the app | download app | download the app | download
            our app | use app | available on google play | download on the app store | get it on google play
        """,
        patterns=(
            r"(?:download|get|install|try) (?:the|our)(?: free)?(?: new)?(?: \w+){0,3} app\b(?: (?:now|today|here|for|from|on|to)\b.{0,100})?",
        ),
        starts="download get install try",
        takes=("Exit mobile version", "Download our app for the latest news."),
        leaves=(
            "Download speeds in the valley doubled last year.",
            "The app, downloaded a million times, was withdrawn.",
        ),
    ),
    form_rule(
        "cookie-notice",
        "A notice about cookies, consent or tracking, or a button of one.",
        phrases="""
            accept | accept all | accept cookies | accept all cookies | reject all | decline | got it | i agree | i
            accept | manage consent | manage cookies | manage preferences | cookie settings | cookie policy | cookie
            preferences | privacy settings | privacy preferences | consent | manage options | do not sell my personal
            information | do not sell or share my personal information | always active | strictly necessary cookies |
            functional cookies | save and accept | privacy overview
        """,
        patterns=(
            r"(?:(?:we|this (?:web)?site|our (?:web)?site|this page|\w{2,30}\.\w{2,6})(?: and our partners)? (?:uses?|stores?|sets?)"
            r"|we and our (?:\d+ )?partners (?:store|use|process))\b.{0,80}\bcookies\b.{0,120}\b(?:experience|traffic|site|website"
            r"|preferences|analy[sz]e|personali[sz]e|consent|policy|partners|device)\b.{0,800}",
            r"by (?:continuing|clicking|using|browsing|closing)\b.{0,120}\b(?:cookies|privacy policy|terms of (?:use|service))\b.{0,600}",
        ),
        starts="we this our by",
        takes=(
            "Accept all cookies",
            "We use cookies to give you the best experience on our website.",
            "By continuing to browse this site you agree to our use of cookies.",
        ),
        leaves=(
            "We use cookies as bait, said the trapper.",
            "By clicking the link, Brandt let the thieves in.",
        ),
        max_chars=1200,
    ),
    form_rule(
        "related-list",
        "The heading of a list of other stories, and the headlines under it.",
        phrases="""
            related | related articles | related stories | related posts | related news | related content | related
            topics | related links | related coverage | you may also like | you might also like | you may also be
            interested in | recommended | recommended for you | recommended stories | recommended reading | more stories
            | more news | more from this section | more on this story | more on this topic | more like this | most read
            | most popular | most viewed | most shared | trending | trending now | trending stories | popular posts |
            popular stories | latest news | latest stories | latest posts | latest articles | recent posts | recent
            articles | recent comments | editor's picks | editors' picks | top stories | top news | don't miss | in case
            you missed it | what to read next | read next | up next | also on | from around the web | around the web |
            you may have missed | similar posts | similar articles | promoted stories
        """,
        patterns=(
            rf"more from (?:the )?{NAME}",
            r"more (?:stories|news|articles) (?:from|by|on|about) .{1,60}",
        ),
        starts="more",
        takes=("Related Articles", "You may also like:", "More stories from Invented Times"),
        leaves=("Related charges were dropped in May.", "More from habit than hope, Lund kept writing."),
        heads_list=True,
    ),
    form_rule(
        "read-more-line",
        "A link to another story or to the rest of this one.",
        phrases="""
            read more | read full story | read the full story | read full article | read the full article | continue
            reading | keep reading | see more | view more | show more | load more | full story | click here
            | read also | also read | watch
        """,
        patterns=(
            r"(?:read (?:more|also|next|this)|also (?:read|see|watch)|see also|must read|more|watch|don't miss)\s*[:|»>–—-]\s.{1,200}",
            r"read more (?:about|at|on|from) .{1,80}[^.!?]",
            r"click here (?:to|for) (?:read|see|view|more|watch|follow|subscribe|get|the)\b.{0,120}",
        ),
        starts="read also see must more watch don't click",
        takes=("Read more", "Also Read: Invented Bank names new chief", "Click here to read the full report"),
        leaves=("Read more books, the mayor told the pupils.", "Also, read the small print before you sign."),
    ),
    form_rule(
        "tag-line",
        "The labels under which a page is filed.",
        phrases="""
            tags | topics | filed under | categories | category | uncategorized
        """,
        patterns=(
            r"(?:tags?|tagged(?: (?:as|with|under))?|topics?|keywords?|filed under|categor(?:y|ies)|labels?)\s*[:|]\s.{1,200}",
            r"(?:posted|filed) in [\w &,/-]{2,80}",
            r"(?:filed under|tagged) [\w &,/-]{2,80}",
        ),
        starts="tag tags tagged topic topics keyword keywords filed category categories label labels posted",
        takes=("Tags: budget, council, Example City", "Posted in Business, World", "Filed Under: Health"),
        leaves=(
            "Tags on the parcels named a firm that does not exist.",
            "Posted in Berlin for a decade, she learned to wait.",
            "Topics such as tax and water filled the evening.",
        ),
    ),
    form_rule(
        "copyright-footer",
        "Who owns the page, and what may not be done with it.",
        phrases="""
            all rights reserved | copyright | legal notice | terms of use apply
        """,
        patterns=(
            r"(?:©|&copy;|\(c\)|copyright)\s*(?:©|\(c\)|&copy;)?\s*(?:\d{4}\b|by\b|the\b|(?-i:[A-Z])).{0,200}",
            r"\d{4}\s*(?:©|-\s*all rights reserved|all rights reserved).{0,160}",
            r"this (?:material|article|content|story|report) (?:may|must|cannot) ?not be (?:published|reproduced|copied|republished|redistributed)\b.{0,200}",
            r"(?:reproduction|republication|redistribution) (?:of this|in whole|without|is prohibited)\b.{0,200}",
            r".{1,60}\ball rights reserved\.?",
        ),
        starts="© & ( copyright 0 this reproduction republication redistribution the",
        takes=(
            "© 2018 Invented Media Ltd. All rights reserved.",
            "Copyright 2017 The Example Press",
            "This material may not be published, broadcast, rewritten or redistributed.",
        ),
        leaves=(
            "Copyright law is a matter for the courts, Anders said.",
            "2018 was the driest year on the island.",
            "This material may be radioactive.",
        ),
    ),
    form_rule(
        "agency-footer",
        "Who reported, edited or supplied a story, or that it came from a feed.",
        patterns=(
            rf"\(?(?:additional )?(?:reporting|writing|editing|compiled|edited|translated) by {NAME}[^.!?]{{0,160}}[.)]{{0,2}}",
            r"\(?(?:with|-+ ?with) (?:additional )?(?:agency |agencies' )?(?:inputs?|reporting) (?:from|by) .{2,80}",
            r"\(?(?:this|the) (?:story|article|report|copy|content) (?:has been|was|is) (?:auto-generated|auto-published|published|generated|sourced|syndicated)"
            r"\b.{0,80}\b(?:feed|agency|agencies|wire|syndicat\w+)\b.{0,160}",
            r"our standards: .{0,80}",
            r"(?:source|via)\s*[:|]\s*[\w .&,-]{2,50}",
        ),
        starts="( additional reporting writing editing compiled edited translated with this the our source via",
        takes=(
            "(Reporting by Jane Example and Jo Sample; Editing by Max Muster)",
            "(This story has been published from a wire agency feed without modifications to the text.)",
            "Source: Invented News Agency",
        ),
        leaves=(
            "Reporting by telephone was banned for a week.",
            "Editing by committee, he warned, kills a paper.",
            "This story was published by his widow in 1931.",
        ),
    ),
    form_rule(
        "byline",
        "The writer's name and desk, before the first paragraph.",
        place="head",
        patterns=(
            rf"(?:written |posted |published |report )?by:? {NAME}(?:(?:,| and| \||  ?[-–—]) .{{1,80}})?",
            rf"(?:author|reporter|writer)\s*[:|]\s*{NAME}.{{0,60}}",
            rf"{NAME},? (?:staff writer|staff reporter|senior reporter|correspondent|news desk|web desk|contributor)",
            r"(?:by )?(?:staff writer|staff reporter|our correspondent|web desk|news desk|our bureau|agencies|special correspondent)",
            rf"(?:posted|published|written|updated) (?:by {NAME} )?(?:on|at) {_DATE}.{{0,60}}",
        ),
        starts="by written posted published report author reporter writer updated staff our web news agencies special",
        closes="writer reporter correspondent desk contributor",
        takes=(
            "By Jane Example",
            "Written by Jo Sample, Staff Writer",
            "Posted by Jane Example on March 3, 2018",
        ),
        leaves=("By Monday the road was open.", "Written by hand, the note asked for nothing."),
        max_chars=160,
    ),
    form_rule(
        "timestamp",
        "When a page was published or changed, or how long it takes to read; not between paragraphs.",
        place="edge",
        patterns=(
            rf"(?:(?:first |last )?(?:published|updated|posted|modified|created|date)(?: (?:on|at|date))?\s*:?\s*)?{_DATE}{_TIME}(?:\s*\|.{{0,60}})?",
            rf"(?:(?:first |last )?(?:published|updated|posted|modified)\s*:?\s*)(?:on |at )?.{{0,4}}{_DATE}.{{0,60}}",
            r"(?:(?:published|updated|posted)\s*:?\s*)?\d{1,2} (?:second|minute|min|hour|day|week|month|year)s? ago",
            r"\d{1,3}[ -]min(?:ute)?s?(?: read| ago)?(?: read)?",
            r"(?:reading time|estimated reading time|read time)\s*:?\s*\d{1,3} ?min(?:ute)?s?\.?",
        ),
        starts="0 first last published updated posted modified created date reading estimated read "
        "mon tue tues wed thu thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday "
        "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august "
        "september october november december",
        takes=(
            "March 3, 2018 10:30 am",
            "Published: 3 Mar 2018, 10:30 IST",
            "Last updated on 2018-03-03",
            "5 min read",
            "3 hours ago",
        ),
        leaves=(
            "March 3, 2018 was a Saturday.",
            "3 hours ago the bridge fell.",
            "Last updated in 1974, the code is silent.",
        ),
        max_chars=120,
    ),
    form_rule(
        "navigation",
        "A link of the site's frame: menus, breadcrumbs, the way back.",
        phrases="""
            home | menu | main menu | search | search for | skip to content | skip to main content | skip to navigation
            | toggle navigation | toggle menu | back to top | go to top | scroll to top | previous | next | previous
            post | next post | previous article | next article | prev | back | close | close menu | open menu | sitemap
            | site map | contact us | about us | advertise | advertise with us | privacy policy | terms of use | terms
            of service | terms and conditions | terms & conditions | disclaimer | careers | help | rss | e-paper |
            archives | privacy | terms | imprint | feedback | go back | navigation | post navigation | quick links
        """,
        patterns=(
            r"(?:you are here\s*:?\s*)?home ?(?:(?:>|»|›|/|→|::)[\w &',-]{1,62}){1,6}",
            r"(?:previous|next|prev) (?:post|article|story|page)\s*[:»>«<–—-]?\s?.{0,160}",
        ),
        starts="you home previous next prev",
        takes=(
            "Skip to content",
            "Home > World > Europe",
            "Next article: Invented port reopens",
            "Privacy Policy",
        ),
        leaves=(
            "Home is where the trial began.",
            "Next week the court sits again.",
            "Search teams found the boat on Sunday.",
        ),
    ),
    form_rule(
        "pagination",
        "The numbers of a story's or a list's pages.",
        phrases="""
            older posts | newer posts | next page | previous page | first page | last page | view as single page
        """,
        patterns=(
            r"page \d{1,4}(?: (?:of|/) \d{1,4})?",
            r"\d{1,3}(?: (?:\d{1,4}|…|\.\.\.|next|last|»|›|>)){2,14}",
        ),
        starts="page 0",
        takes=("Page 1 of 3", "1 2 3 … 10 Next", "Older posts"),
        leaves=("Page 1 of the report is blank.", "1 in 3 children walks to school."),
    ),
    form_rule(
        "advertisement",
        "The label of an advertisement.",
        phrases="""
            advertisement | advertisements | advertising | ad | ads | sponsored | sponsored content | promoted content |
            promoted | paid content | paid post | advertisement - scroll to continue | advertisement - continue reading
            below | story continues below advertisement | article continues below advertisement | story continues below
            | article continues below | scroll to continue | continue reading below | skip ad | skip advertisement |
            remove ads | report this ad | ad feedback | advertisement. scroll to continue reading | scroll to continue
            reading
        """,
        takes=("ADVERTISEMENT", "Story continues below advertisement"),
        leaves=("Advertisement spending fell by a fifth.", "Ad hoc rules were drawn up overnight."),
    ),
    form_rule(
        "page-tools",
        "A tool of the page: printing, text size, listening.",
        phrases="""
            print | print this page | save | bookmark | text size | font size | a a a | listen | listen to this article
            | listen to article | play | pause | mute | unmute | loading | loading... | please wait | view gallery |
            view photos | hide caption | toggle caption | enlarge this image | click to enlarge | report a typo | report
            an error | translate | select language | zoom in | zoom out | save article | gift article | gift this
            article
        """,
        patterns=(
            r"listen to (?:this|the) (?:article|story)\b.{0,40}",
            r"your browser does not support\b.{0,120}",
        ),
        starts="listen your",
        takes=(
            "Print this page",
            "Listen to this article 4 min",
            "Your browser does not support the audio element.",
        ),
        leaves=("Print is dead, the publisher said.", "Listen to the river, the guide told us."),
    ),
)
