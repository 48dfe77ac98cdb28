"""What a person does with their phone: each gesture becomes the pushes WeChat would make of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from simulator import customer_service, media
from simulator.messages import UNSUPPORTED
from simulator.push import Fields, Pusher
from simulator.state import Exchange, Json, Person, World


class Impossible(Exception):
    """WeChat would not let the person do this."""


@dataclass(frozen=True)
class Picture:
    """A picture about to be sent."""

    data: bytes
    mimetype: str = "image/jpeg"


class Phone:
    """One person's phone. Every method waits for the webhook and returns the exchanges."""

    def __init__(self, world: World, pusher: Pusher, person: Person, base_url: str) -> None:
        self.world, self.pusher, self.person, self.base_url = world, pusher, person, base_url

    def _must_follow(self) -> None:
        if not self.person.following:
            raise Impossible(f"{self.person.name}没有关注这个账号")

    def _message(self, fields: Fields, text: str, **shown: object) -> list[Exchange]:
        """Send a message: shown in the chat, opens the customer-service window, pushed."""
        with self.world.lock:
            self._must_follow()
            self.world.show(self.person, "out", "mine", fields["MsgType"], text, **shown)
            customer_service.person_spoke(self.world, self.person)
        return [self.pusher.push(self.person.openid, fields)]

    def _event(self, event: str, note: str = "", *, window: bool = False, **fields: object) -> list[Exchange]:
        """Cause an event; a click or a scan opens a short customer-service window."""
        with self.world.lock:
            if note:
                self.world.show(self.person, "out", "mine", "event", note)
            if window:
                customer_service.person_clicked(self.world, self.person)
        return [self.pusher.push(self.person.openid, {"MsgType": "event", "Event": event, **fields})]

    # -- following ------------------------------------------------------------------------------------

    def follow(self) -> list[Exchange]:
        with self.world.lock:
            if self.person.following:
                raise Impossible("已经关注了")
            self._begin_to_follow("")
        return self._event("subscribe", "关注了公众号", window=True, EventKey="")

    def _begin_to_follow(self, scene: str) -> None:
        self.person.following, self.person.followed_at = True, self.world.clock.now()
        self.person.scene = scene

    def unfollow(self) -> list[Exchange]:
        with self.world.lock:
            self._must_follow()
            self.person.following, self.person.window = False, None
            self.person.credits.clear()
            self.person.long_term.clear()
        return self._event("unsubscribe", "取消了关注", EventKey="")

    def scan(self, scene: str) -> list[Exchange]:
        """Scan a code of the account; who does not follow yet begins to."""
        with self.world.lock:
            now = self.world.clock.now()
            made = [ticket for ticket in self.world.tickets.values() if ticket.scene == scene]
            alive = [ticket for ticket in made if ticket.expires is None or ticket.expires > now]
            if made and not alive:
                raise Impossible("二维码已过期")
            ticket = alive[-1].ticket if alive else f"gQ{self.world.word(94)}"
            new = not self.person.following
            if new:
                self._begin_to_follow(scene)
        if new:
            note = "扫码并关注了公众号"
            return self._event("subscribe", note, window=True, EventKey=f"qrscene_{scene}", Ticket=ticket)
        return self._event("SCAN", f"扫描了二维码 {scene}", window=True, EventKey=scene, Ticket=ticket)

    # -- messages -------------------------------------------------------------------------------------

    def say(self, text: str) -> list[Exchange]:
        return self._message({"MsgType": "text", "Content": text}, text)

    def answer(self, choice: str, text: str) -> list[Exchange]:
        """Tap a line of a msgmenu: a text with the line's id, which counts as a menu click."""
        with self.world.lock:
            self._must_follow()
            self.world.show(self.person, "out", "mine", "text", text)
            customer_service.person_clicked(self.world, self.person)
        fields = {"MsgType": "text", "Content": text, "bizmsgmenuid": choice}
        return [self.pusher.push(self.person.openid, fields)]

    def _picture_fields(self, picture: Picture) -> Fields:
        medium = media.keep(self.world, "image", picture.data, picture.mimetype, "image.jpg")
        self.world.show(self.person, "out", "mine", "image", "[图片]", media_id=medium.media_id)
        url = f"{self.base_url}/mmbiz/{medium.media_id}"
        return {"MsgType": "image", "PicUrl": url, "MediaId": medium.media_id}

    def send_pictures(self, pictures: Sequence[Picture]) -> list[Exchange]:
        """Several at once: as many messages, pushed concurrently."""
        with self.world.lock:
            self._must_follow()
            several = [self._picture_fields(picture) for picture in pictures]
            customer_service.person_spoke(self.world, self.person)
        return self.pusher.push_together(self.person.openid, several)

    def send_voice(self, data: bytes, recognition: str | None) -> list[Exchange]:
        """A voice message; `recognition` None when the platform's speech recognition is off."""
        with self.world.lock:
            medium = media.keep(self.world, "voice", data, "audio/amr", "voice.amr")
        fields: Fields = {"MsgType": "voice", "MediaId": medium.media_id, "Format": "amr"}
        if recognition is not None:
            fields["Recognition"] = recognition
        return self._message(fields, recognition or "[语音]", media_id=medium.media_id)

    def send_video(self, data: bytes, *, short: bool) -> list[Exchange]:
        with self.world.lock:
            medium = media.keep(self.world, "video", data, "video/mp4", "video.mp4")
            thumb = media.keep(self.world, "thumb", b"", "image/jpeg", "thumb.jpg")
        kind = "shortvideo" if short else "video"
        fields = {"MsgType": kind, "MediaId": medium.media_id, "ThumbMediaId": thumb.media_id}
        return self._message(fields, "[小视频]" if short else "[视频]", media_id=medium.media_id)

    def send_place(self, lat: float, lng: float, label: str, scale: int = 16) -> list[Exchange]:
        """A location message; coordinates in GCJ-02."""
        fields = {"MsgType": "location", **self._place(lat, lng, scale), "Label": label}
        return self._message(fields, label or "[位置]", lat=lat, lng=lng)

    @staticmethod
    def _place(lat: float, lng: float, scale: int) -> Fields:
        return {"Location_X": round(lat, 6), "Location_Y": round(lng, 6), "Scale": scale}

    def send_link(self, title: str, description: str, url: str) -> list[Exchange]:
        fields = {"MsgType": "link", "Title": title, "Description": description, "Url": url}
        return self._message(fields, title, url=url, description=description)

    def send_sticker(self) -> list[Exchange]:
        """A sticker: the account only learns that something came it cannot have."""
        return self._message({"MsgType": "text", "Content": UNSUPPORTED}, "[表情]")

    # -- the menu -------------------------------------------------------------------------------------

    def click(self, key: str) -> list[Exchange]:
        with self.world.lock:
            self._must_follow()
        return self._event("CLICK", self._name_of("key", key), window=True, EventKey=key)

    def view(self, url: str) -> list[Exchange]:
        with self.world.lock:
            self._must_follow()
            menu_id = 400_000_000 + self.world.menu_id
        return self._event("VIEW", self._name_of("url", url), EventKey=url, MenuId=menu_id)

    def _name_of(self, field: str, wanted: str) -> str:
        """The menu's name for what was tapped."""
        menu: Json = self.world.menu or {}
        for button in menu.get("button", []):
            for leaf in [button, *button.get("sub_button", [])]:
                if leaf.get(field) == wanted:
                    return f"点了菜单「{leaf['name']}」"
        return "点了菜单"

    def click_pictures(self, kind: str, key: str, pictures: Sequence[Picture]) -> list[Exchange]:
        """A photo button: first the event, then one message for each picture."""
        with self.world.lock:
            self._must_follow()
        sums = [hashlib.md5(picture.data).hexdigest() for picture in pictures]  # noqa: S324 - WeChat's own choice
        info = {"Count": len(sums), "PicList": [{"PicMd5Sum": each} for each in sums]}
        event = self._event(kind, self._name_of("key", key), EventKey=key, SendPicsInfo=info)
        return event + self.send_pictures(pictures)

    def click_place(self, key: str, lat: float, lng: float, label: str, scale: int = 16) -> list[Exchange]:
        """A location button: first the event, then the location message."""
        with self.world.lock:
            self._must_follow()
        info = {**self._place(lat, lng, scale), "Label": label, "Poiname": ""}
        event = self._event("location_select", self._name_of("key", key), EventKey=key, SendLocationInfo=info)
        return event + self.send_place(lat, lng, label, scale)

    def click_scan(self, kind: str, key: str, result: str) -> list[Exchange]:
        """A scan button: the text of any code goes to the account."""
        with self.world.lock:
            self._must_follow()
        info = {"ScanType": "qrcode", "ScanResult": result}
        return self._event(kind, self._name_of("key", key), window=True, EventKey=key, ScanCodeInfo=info)

    def enter(self, lat: float, lng: float) -> list[Exchange]:
        """Open the chat while the account may know the place (the LOCATION event)."""
        with self.world.lock:
            self._must_follow()
        return self._event("LOCATION", Latitude=round(lat, 6), Longitude=round(lng, 6), Precision=30.0)

    def subscribe(self, template_id: str, *, accept: bool, long_term: bool) -> list[Exchange]:
        """Answer the question whether a notice may come; one acceptance is one message."""
        with self.world.lock:
            if accept and long_term:
                self.person.long_term.add(template_id)
            elif accept:
                self.person.credits[template_id] += 1
        answer = {
            "TemplateId": template_id,
            "SubscribeStatusString": "accept" if accept else "reject",
            "PopupScene": 1,
        }
        return self._event("subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": answer})
