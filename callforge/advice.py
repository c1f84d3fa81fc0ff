"""What could a person do about a finding? One sentence for every fault class and code.

    advise("C2", "rules.token_members")  ->  "Add accessToken, accessTokenExpiresUtc and ..."

The most exact text wins: class and place, class and code, the code, the class, the layer.
"""

from __future__ import annotations

BY_CLASS_AND_CODE = {
    ("C2", "schema.any_of"): "Add one of the members that the message asks for, if you know its"
    " value; callforge repair cannot guess it.",
    ("S6", "schema.type"): "Wrap the value in the object that belongs there; callforge repair does"
    " so where only one member can hold it.",
    ("S9", "schema.type"): "Put a list where one is expected, even for a single item; callforge"
    " repair does so.",
    ("T6", "rules.token_type"): "Write bearer, all in small letters.",
    ("T3", "rules.token_text"): "Give the token member a text, or leave the whole credential out.",
    ("T1", "rules.token_text"): "Write the token member as a text, in quotes.",
    ("S8", "schema.min_properties"): "Leave the empty object out, or say in it what was meant.",
}

AT_PLACE = {
    ("C2", ".device.ipv4Address"): "Add publicPort or privateAddress if you know it, else name the"
    " device by its phone number; callforge repair cannot guess it.",
}

BY_CODE = {
    "row.unreadable": "Mend or remove this line: it must be one JSON object with a request and an"
    " answer (try --format when the whole file is read wrongly).",
    "pair.reject_not_wrong": "Put a really wrong answer on the rejected side, or drop the pair: it"
    " teaches a model to avoid what is right.",
    "parse.empty": "Write the payload, or mark the row as one where no call is due.",
    "parse.truncated": "Generate the answer again with more room; what is cut off is lost.",
    "parse.wrapper": "Keep only the object; callforge repair takes words and code fences away.",
    "parse.not_object": "The answer has to be exactly one JSON object, with no list or text"
    " around it.",
    "parse.no_answer": "Write the payload itself, or plainly a question or a refusal.",
    "parse.syntax": "Write it with a JSON library instead of by hand; callforge repair mends"
    " quotes, commas and comments where the meaning is clear.",
    "parse.constant": "JSON has no NaN and no Infinity: leave the member out or give a number.",
    "parse.too_deep": "Flatten the answer; no API nests anywhere near this deep.",
    "parse.duplicate_key": "Say the key once; only the author knows which of the values was meant.",
    "closed.invented": "Remove the member, or check that the right --release and --operation were"
    " judged.",
    "closed.misnamed": "Rename the member as the message says; callforge repair does so where one"
    " name fits.",
    "closed.misplaced": "Move the member to where the message says it belongs.",
    "closed.other_release": "Say it the way this release does, or validate with the --release the"
    " data was written for.",
    "rules.range_upside_down": "Swap from and to if the range was meant, else ask the author.",
    "rules.ports_overlap": "Say each port once; the call works, but a reader wonders.",
    "rules.credential_without_sink": "Add the sink the credential is for, or drop the credential.",
    "rules.credential_type": "Use an ACCESSTOKEN credential, or leave the credential out.",
    "rules.token_members": "Add accessToken, accessTokenExpiresUtc and accessTokenType, or leave"
    " the credential out; callforge repair invents no token.",
    "rules.token_text": "Write the token member as a text, in quotes.",
    "rules.token_type": "Write bearer, all in small letters.",
    "rules.token_expiry": "Write the time as RFC 3339 with its zone, such as 2026-03-02T09:00:00Z.",
    "rules.server_address": "Give the server's IP address or network; a host name has to be"
    " resolved by the author.",
    "rules.host_bits": "Nothing is wrong; write the first address of the network if you like it"
    " tidy.",
    "rules.reserved_identifier": "Name the device by phone number or address; this identifier is"
    " kept for later releases.",
    "rules.int32": "Give seconds, not milliseconds; the field holds at most 2147483647.",
    "rules.sink_uri": "Give a full https address with a host, such as https://app.example.com/qod.",
    "rules.several_identifiers": "Make sure that they all mean the same device, or keep the one the"
    " request gives.",
    "rules.address_twice": "List each address once; IPv6 has several spellings of one address.",
    "rules.credential_length": "Check what was pasted there; the text is longer than the field.",
    "rules.device_missing": "Name the device: a two-legged token stands for nobody.",
    "rules.device_unneeded": "Leave the device out: a three-legged token already stands for it.",
    "rules.jwt_text": "Give the member of the credential a text, or leave the credential out.",
    "rules.token_uri": "Give a full https address of the place that issues the token.",
    "rules.token_outlived": "Use a token that lasts longer than the session.",
    "catalogue.unknown_profile": "Use a profile of the catalogue, spelled exactly as there, or pass"
    " your operator's own list with --catalogue.",
    "catalogue.inactive_profile": "Choose an active profile of the catalogue instead.",
    "catalogue.duration_limit": "Choose a duration within the profile's limits, or a profile that"
    " lasts long enough.",
    "schema.required": "Add the member if the request says it; if not, the right answer asks for it"
    " instead of calling.",
    "schema.type": "Write the value as the type the message names; callforge repair turns plain"
    " number texts into numbers.",
    "schema.enum": "Use one of the words the message lists, spelled exactly so.",
    "schema.pattern": "Write the text in the form the definition gives; a phone number is + and the"
    " country code, without blanks.",
    "schema.format": "Write the text in the format the message names.",
    "grounding.placeholder": "Put the value the request gives in place of the stand-in; if it gives"
    " none, the right answer asks for it.",
    "grounding.fabricated": "Remove the value or state it in the request: data that invents values"
    " teaches inventing.",
    "grounding.copy": "Copy the value from the request, character by character.",
    "grounding.unit": "Convert the time to seconds: an hour is 3600; callforge repair does so.",
    "grounding.extent": "Use the network, range or list exactly as far as the request states it.",
    "grounding.unasked": "Remove the member nobody asked for, or let the request ask for it.",
    "grounding.unused": "Add what the request states, or take it out of the request.",
    "grounding.profile": "Choose the profile that the request speaks of, or correct the request.",
    "decision.disagrees": "Make decision and answer say the same: call, ask or refuse.",
    "decision.malformed": "Write the decision as clarify with a list, or refuse with a reason.",
    "decision.no_payload": "Give the payload of the call, or mark the row as a question.",
    "decision.slot_stated": "Do not ask for what the request already says; call with it.",
    "decision.slot_twice": "Ask for each slot once.",
    "decision.unknown_slot": "Ask for a member that the operation has, under its own name.",
    "decision.no_reason": "Say in a sentence why the request is refused.",
    "decision.payload_in_reason": "Give the reason in words, without a payload in it.",
    "decision.unknown": "Use one of the decisions: call, clarify or refuse.",
    "dialogue.second_session": "Extend or delete the session there is instead of a second one.",
    "dialogue.unknown_session": "Use the session id that an earlier turn has given.",
    "dialogue.finished_session": "Create a new session: the old one has been deleted.",
    "dialogue.not_available": "Extend only after the session has become AVAILABLE.",
    "dialogue.no_turns": "Give the conversation its turns, or remove the row.",
    "dialogue.too_many_turns": "Cut the conversation into shorter ones; the rest was not read.",
    "dialogue.unknown_role": "Use the roles system, user, assistant and tool.",
    "dialogue.system_late": "Move the system turn to the beginning.",
    "dialogue.no_user": "Let the user speak before the assistant does.",
    "dialogue.same_role": "Join the two turns of one role, or add what was said between them.",
    "dialogue.tool_unread": "Let the assistant say what the tool answered before the user goes on.",
    "dialogue.tool_uncalled": "Add the call that the tool answers, or remove the answer.",
    "dialogue.tool_unknown_call": "Give the tool's answer the id of a call made before it.",
    "dialogue.no_answer": "End with a turn of the assistant; otherwise there is nothing to learn.",
    "dialogue.empty_turn": "Write what was said, or remove the turn.",
    "dialogue.too_long": "Shorten the turn; no trainer will keep all of it.",
    "dialogue.role_marker": "Remove the marks of the chat template from what is said.",
    "dialogue.answer_leaked": "Reword the user's turn so that it does not hold the answer.",
    "dialogue.payload_leaked": "Reword the user's turn: people ask in words, not in payloads.",
    "dialogue.system_leaked": "Keep the system text out of what the assistant says.",
    "dialogue.other_script": "Let the assistant answer in the language of the user.",
}  # fmt: skip

BY_CLASS = {
    "F1": "Generate the answer again with more room; what was cut off is lost.",
    "F2": "Keep only the object; callforge repair takes words and code fences away.",
    "F3": "Write it with a JSON library; callforge repair mends quotes, commas and comments.",
    "F4": "Say the key once; only the author knows which of the values was meant.",
    "S1": "Add the member if the request says it, else the right answer asks for it.",
    "S2": "Remove the member: the operation declares nothing of that name at the top.",
    "S3": "Remove the member: its parent declares nothing of that name.",
    "S4": "Rename the member to the one that was meant; callforge repair does so where one fits.",
    "S5": "Say it the way this release does, or validate with --release of the data.",
    "S6": "Wrap the value in the object that belongs there; callforge repair does so where only one"
    " member can hold it.",
    "S7": "Move the member to the parent that declares it.",
    "S8": "Leave the empty object out, or say in it what was meant.",
    "S9": "Put a list where one is expected, even for a single item; leave an empty one out.",
    "T1": "Write the value as the declared type; callforge repair turns number texts into numbers.",
    "T2": "Write a whole number without fraction or exponent; callforge repair does so.",
    "T3": "Leave the member out instead of setting it to null; callforge repair does so.",
    "T4": "Write the text in the form the definition gives; a value that is simply wrong needs its"
    " author.",
    "T5": "Give a number within the limits the message names; check that its unit is right.",
    "T6": "Use one of the words that are allowed, spelled exactly so.",
    "C1": "Keep the one of the two members that the request speaks of.",
    "C2": "Add what the other member demands if you know it, else leave both out.",
    "C3": "Make the two members agree; the request tells which of them is right.",
    "V1": "Copy the value from the request, character by character.",
    "V2": "Convert the time in the request to the unit of the field: an hour is 3600 seconds.",
    "V3": "Put each value into the slot the request names for it: device and server are not one.",
    "V4": "Choose the profile that the request names, or the one the catalogue gives for its use.",
    "V5": "Remove the value or state it in the request: invented values teach inventing.",
    "V6": "Add what the request states, or take it out of the request.",
    "V7": "Remove the member nobody asked for, or let the request ask for it.",
    "V8": "Use the network or range exactly as the request states it.",
    "D1": "Answer with the operation that the request is about.",
    "D2": "Ask for what is missing, and only for that; call when nothing is.",
    "D3": "Refuse what the API cannot do, and do not refuse what it can.",
    "D4": "Send the device with a two-legged token, leave it out with a three-legged one.",
    "D5": "Make the step fit what happened before in the dialogue.",
    "D6": "Use what this release and the catalogue permit; the message names what they rule out.",
}  # fmt: skip

BY_LAYER = {
    "row": "Mend the row so that it can be read, or remove it.",
    "pair": "Look at both sides of the pair: chosen has to be right, rejected wrong.",
    "parse": "Make the answer exactly one JSON object.",
    "schema": "Make the value fit the definition that the finding points to.",
    "closed": "Keep only members that the operation declares.",
    "rules": "Make the payload follow the rule that the finding names.",
    "catalogue": "Use what the profile catalogue offers.",
    "grounding": "Let every value come from the request, or let the request say it.",
    "decision": "Decide as the request demands: call, ask or refuse.",
    "dialogue": "Make this turn fit the turns before it.",
    "gold": "Compare the answer with the request and correct what differs.",
}  # fmt: skip

ANYTHING = "Compare the row with the message and the rule it names, then correct or remove the row."


def advise(cls: str, code: str, path: str = "") -> str:
    """Return one sentence that says what a person could do about a finding at a place."""
    layer = code.partition(".")[0]
    return (
        AT_PLACE.get((cls, path[1:]))
        or BY_CLASS_AND_CODE.get((cls, code))
        or BY_CODE.get(code)
        or BY_CLASS.get(cls)
        or BY_LAYER.get(layer)
        or ANYTHING
    )
