"""Which names belong to other releases or to answers, which are other words for a member? Data.

Feeds S5 (a name of another release) and S4 (another word for a member).
"""

from __future__ import annotations

from collections.abc import Mapping

Names = Mapping[str, tuple[str, ...]]

FOREIGN: Mapping[tuple[str, str], Names] = {
    ("quality-on-demand", "1.1.0"): {
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
        # answers only
        "sessionId": (),
        "startedAt": (),
        "expiresAt": (),
        "qosStatus": (),
        "statusInfo": (),
        # 1.2.0-rc
        "ipAddresses": ("ipv4Address", "ipv6Address"),
        "clientId": (),
        "tokenUri": (),
        "jwksUri": (),
    },
}
"""(API, release) -> name -> the members that do its work in this release."""

ALIASES: Mapping[str, Mapping[str, str]] = {
    "quality-on-demand": {
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
        "applicationServer": "appServer application backend destination host server serverAddress"
        " targetServer",
        "devicePorts": "clientPorts devicePort localPorts sourcePorts",
        "applicationServerPorts": "appPorts appServerPorts applicationPorts destinationPorts port"
        " serverPort serverPorts targetPorts",
        "ranges": "portRange portRanges",
        "ports": "list portList portNumbers singlePorts",
        "from": "begin first fromPort low lower min start startPort",
        "to": "end endPort high last max toPort until upper",
        "qosProfile": "profile profileName qosClass qosName qosProfileId qosProfileName",
        "sink": "callback callbackUri callbackUrl eventSink notificationEndpoint notificationSink"
        " notifyUrl sinkUri sinkUrl webhookUrl",
        "sinkCredential": "credential credentials sinkAuth sinkCredentials",
        "credentialType": "type",
        "accessToken": "authToken bearerToken token",
        "accessTokenExpiresUtc": "accessTokenExpires expiresUtc tokenExpiresUtc",
        "accessTokenType": "tokenType",
        "duration": "durationInSeconds durationS durationSec durationSecs durationSeconds lifetime"
        " seconds sessionDuration sessionLength ttl",
        "requestedAdditionalDuration": "additionalDuration duration extendBy extension"
        " requestedDuration",
    },
}
"""API -> member -> words that mean it, compared without case, underscores and hyphens."""


def foreign_names(api: str, release: str) -> Names:
    """Return the names of other releases and of answers, with the members that replace them."""
    return FOREIGN.get((api, release), {})


def alias_names(api: str) -> dict[str, frozenset[str]]:
    """Return member -> the other words for it, squeezed."""
    table = ALIASES.get(api, {})
    return {member: frozenset(map(squeeze, words.split())) for member, words in table.items()}


def squeeze(name: str) -> str:
    """Return a name without case, underscores and hyphens: QoS_profile and qosProfile are one."""
    return name.replace("_", "").replace("-", "").lower()
