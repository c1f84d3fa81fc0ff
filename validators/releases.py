"""Which names belong to other releases or to answers, which are other words for a member? Data.

Feeds S5 (a name of another release), S4 (another word for a member) and the basis of R1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Names = Mapping[str, tuple[str, ...]]

BEFORE_0_11: Names = {
    # 0.8
    "ueId": ("device",),
    "asId": ("applicationServer",),
    "uePorts": ("devicePorts",),
    "asPorts": ("applicationServerPorts",),
    "qos": ("qosProfile",),
    "notificationUri": ("sink",),
    "notificationUrl": ("sink",),
    "notificationAuthToken": ("sinkCredential",),
    # 0.9 and 0.10
    "webhook": ("sink", "sinkCredential"),
}
SESSION_ANSWERS: Names = dict.fromkeys(
    ("sessionId", "startedAt", "expiresAt", "qosStatus", "statusInfo"), ()
)
SINCE_1_2: Names = {
    "ipAddresses": ("ipv4Address", "ipv6Address"),
    "clientId": (),
    "tokenUri": (),
    "jwksUri": (),
}
UNTIL_1_1: Names = {
    "identifier": (),
    "secret": (),
    "refreshToken": (),
    "refreshTokenEndpoint": (),
}
ASSIGNMENT_ANSWERS: Names = dict.fromkeys(
    ("assignmentId", "provisioningId", "startedAt", "status", "statusInfo"), ()
)
PROFILE_ANSWERS: Names = dict.fromkeys(
    (
        "description", "countryAvailability", "targetMinUpstreamRate", "maxUpstreamRate",
        "maxUpstreamBurstRate", "targetMinDownstreamRate", "maxDownstreamRate",
        "maxDownstreamBurstRate", "minDuration", "maxDuration", "priority", "packetDelayBudget",
        "jitter", "packetErrorLossRate", "l4sQueueType", "serviceClass",
    ),
    (),
)  # fmt: skip

FOREIGN: Mapping[tuple[str, str], Names] = {
    ("quality-on-demand", "0.11.1"): {**BEFORE_0_11, **SESSION_ANSWERS, **SINCE_1_2},
    ("quality-on-demand", "1.0.0"): {**BEFORE_0_11, **SESSION_ANSWERS, **SINCE_1_2},
    ("quality-on-demand", "1.1.0"): {**BEFORE_0_11, **SESSION_ANSWERS, **SINCE_1_2},
    # jwksUri is declared, but for answers only
    ("quality-on-demand", "1.2.0-rc"): {
        **BEFORE_0_11, **SESSION_ANSWERS, **UNTIL_1_1, "jwksUri": (),
    },
    # 0.4.0-rc has the credentials of 1.2.0-rc
    ("qos-provisioning", "0.3.0"): {
        **ASSIGNMENT_ANSWERS, "clientId": (), "tokenUri": (), "jwksUri": (),
    },
    ("qos-profiles", "1.1.0"): PROFILE_ANSWERS,
}  # fmt: skip
"""(API, release) -> name -> the members that do its work in this release."""

REFUSE_UNKNOWN = frozenset({("quality-on-demand", "1.2.0-rc")})
"""Releases that say in their prose that an undeclared member is an error (R1)."""

DEVICE_WORDS: Mapping[str, str] = {
    "device": "client deviceId deviceIdentifier deviceInfo endUserDevice phone targetDevice"
    " terminal ue userDevice userEquipment",
    "phoneNumber": "cellNumber mobile mobileNumber msisdn number phone phoneNo tel telephone"
    " telephoneNumber",
    "networkAccessIdentifier": "nai networkAccessId",
    "ipv4Address": "address deviceIp deviceIpv4 ip ipAddress ipv4 ipv4Addr publicIpv4 serverIp"
    " serverIpv4 subnet",
    "ipv6Address": "address deviceIpv6 ip ipAddress ipv6 ipv6Addr serverIpv6",
    "publicAddress": "address externalAddress externalIp ip ipAddress public publicIp"
    " publicIpAddress publicIpv4Address",
    "privateAddress": "internalAddress internalIp localAddress localIp private privateIp"
    " privateIpAddress privateIpv4Address",
    "publicPort": "externalPort natPort port",
}
REQUEST_WORDS: Mapping[str, str] = {
    "qosProfile": "profile profileName qosClass qosName qosProfileId qosProfileName",
    "sink": "callback callbackUri callbackUrl eventSink notificationEndpoint notificationSink"
    " notifyUrl sinkUri sinkUrl webhookUrl",
    "sinkCredential": "credential credentials sinkAuth sinkCredentials",
    "credentialType": "type",
    "accessToken": "authToken bearerToken token",
    "accessTokenExpiresUtc": "accessTokenExpires expiresUtc tokenExpiresUtc",
    "accessTokenType": "tokenType",
}
SESSION_WORDS: Mapping[str, str] = {
    "applicationServer": "appServer application backend destination host server serverAddress"
    " targetServer",
    "ipAddresses": "addresses addressList ipAddressList ips serverAddresses serverIps",
    "devicePorts": "clientPorts devicePort localPorts sourcePorts",
    "applicationServerPorts": "appPorts appServerPorts applicationPorts destinationPorts port"
    " serverPort serverPorts targetPorts",
    "ranges": "portRange portRanges",
    "ports": "list portList portNumbers singlePorts",
    "from": "begin first fromPort low lower min start startPort",
    "to": "end endPort high last max toPort until upper",
    "duration": "durationInSeconds durationS durationSec durationSecs durationSeconds lifetime"
    " seconds sessionDuration sessionLength ttl",
    "requestedAdditionalDuration": "additionalDuration duration extendBy extension"
    " requestedDuration",
    "clientId": "client",
    "tokenUri": "tokenEndpoint tokenUrl",
}
PROFILE_WORDS: Mapping[str, str] = {
    "name": "profile profileName qosProfile qosProfileName",
    "status": "profileStatus state",
}

ALIASES: Mapping[str, Mapping[str, str]] = {
    "quality-on-demand": {**DEVICE_WORDS, **REQUEST_WORDS, **SESSION_WORDS},
    "qos-provisioning": {**DEVICE_WORDS, **REQUEST_WORDS},
    "qos-profiles": {**DEVICE_WORDS, **PROFILE_WORDS},
}
"""API -> member -> words that mean it, compared without case, underscores and hyphens."""


def base_release(release: str) -> str:
    """Return the release that ours is written for: a candidate's number does not matter."""
    return re.sub(r"-rc\.\d+$", "-rc", release)


def foreign_names(api: str, release: str) -> Names:
    """Return the names of other releases and of answers, with the members that replace them."""
    return FOREIGN.get((api, base_release(release)), {})


def refuses_unknown(api: str, release: str) -> bool:
    """Say whether a release itself, not only this project, refuses undeclared members."""
    return (api, base_release(release)) in REFUSE_UNKNOWN


def alias_names(api: str) -> dict[str, frozenset[str]]:
    """Return member -> the other words for it, squeezed."""
    table = ALIASES.get(api, {})
    return {member: frozenset(map(squeeze, words.split())) for member, words in table.items()}


def squeeze(name: str) -> str:
    """Return a name without case, underscores and hyphens: QoS_profile and qosProfile are one."""
    return name.replace("_", "").replace("-", "").lower()
