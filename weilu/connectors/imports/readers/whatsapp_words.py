"""What do WhatsApp's own lines say, in the languages it writes them in? Texts as the apps export them."""

from __future__ import annotations

import re

MEDIA: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "photo",
        re.compile(
            r"(?:image|photo) omitted|图像已省略|圖片已省略|Bild weggelassen|imagen omitida"
            r"|image absente|imagem ocultada|immagine omessa|afbeelding weggelaten|изображение отсутствует",
            re.IGNORECASE,
        ),
    ),
    (
        "video",
        re.compile(
            r"video omitted|视频已省略|影片已省略|Video weggelassen|video omitido"
            r"|vidéo absente|vídeo omitido|video omesso|video weggelaten|видео отсутствует",
            re.IGNORECASE,
        ),
    ),
    (
        "audio",
        re.compile(
            r"audio omitted|音频已省略|音訊已省略|Audio weggelassen|audio omitido"
            r"|audio absent|áudio ocultado|audio omesso|audio weggelaten|аудио отсутствует|语音已省略",
            re.IGNORECASE,
        ),
    ),
    (
        "sticker",
        re.compile(
            r"sticker omitted|贴图已省略|貼圖已省略|Sticker weggelassen|sticker omitido"
            r"|sticker absent|figurinha omitida|sticker omesso|стикер отсутствует",
            re.IGNORECASE,
        ),
    ),
    ("animation", re.compile(r"GIF omitted|GIF 已省略|GIF weggelassen|GIF omitido", re.IGNORECASE)),
    (
        "file",
        re.compile(
            r"document omitted|文档已省略|文件已省略|Dokument weggelassen|documento omitido", re.IGNORECASE
        ),
    ),
    (
        "media",
        re.compile(
            r"<(?:media omitted|省略多媒体文件|忽略多媒体文件|省略媒體檔案|媒体文件已省略|Medien ausgeschlossen"
            r"|Multimedia omitido|Archivo omitido|Mídia oculta|Arquivo de mídia oculto|Médias omis|Media omessi"
            r"|Media weggelaten|Без медиафайлов|メディアは含まれていません|미디어 파일을 제외한 내용)>",
            re.IGNORECASE,
        ),
    ),
)
ATTACHED = re.compile(
    r"<(?:attached|附件|Anhang|adjunto|pièce jointe|anexado|allegato|bijgevoegd|прикреплено)\s?[:：]\s?([^<>]+)>"
    r"|^(\S.{0,200}?\.\w{3,4}) \((?:file attached|文件附件|附件|档案已附加|Datei angehängt|archivo adjunto|fichier joint"
    r"|arquivo anexado|file allegato|bestand bijgevoegd|файл добавлен)\)"
)
DELETED = re.compile(
    r"(?:This message was deleted|You deleted this message|此消息已删除|你删除了这条消息|您删除了此消息|此訊息已刪除"
    r"|Diese Nachricht wurde gelöscht|Se eliminó este mensaje|Mensagem apagada|Esta mensagem foi apagada|Ce message a été supprimé|Questo messaggio è stato eliminato"
    r"|Dit bericht is verwijderd|Данное сообщение удалено|Eliminaste este mensaje|You deleted this message\.|已撤回一条消息)\.?",
    re.IGNORECASE,
)
EDITED = re.compile(
    r"\s*<(?:This message was edited|此消息已编辑|已编辑|Diese Nachricht wurde bearbeitet|Se editó este mensaje"
    r"|Mensagem editada|Ce message a été modifié)>$"
)

ADDED = (
    re.compile(r"(?P<by>.+?) added (?P<who>.+)"),
    re.compile(r"(?P<by>.+?)\s?(?:添加了|新增了|已添加)\s?(?P<who>.+)"),
    re.compile(r"(?P<by>.+?) hat (?P<who>.+) hinzugefügt\.?"),
    re.compile(r"(?P<by>.+?) añadió a (?P<who>.+)"),
    re.compile(r"(?P<by>.+?) adicionou (?P<who>.+)"),
    re.compile(r"(?P<by>.+?) a ajouté (?P<who>.+)"),
)
JOINED = (
    re.compile(
        r"(?P<who>.+?) joined (?:using this group's invite link|using an invite link|from the community|via invite).*"
    ),
    re.compile(
        r"(?P<who>.+?)\s?(?:通过此群组的邀请链接加入|使用此群组的邀请链接加入|透過此群組的邀請連結加入|加入了群组|加入了群聊).*"
    ),
    re.compile(r"(?P<who>.+?) ist (?:der Gruppe )?(?:mit dem|über den) Einladungslink .*beigetreten\.?"),
    re.compile(r"(?P<who>.+?) se unió (?:usando|con) el enlace .*"),
)
LEFT = (
    re.compile(r"(?P<who>.+?) left(?: the group)?\.?"),
    re.compile(r"(?P<who>.+?)\s?(?:退出了群组|退出了群聊|已退出|離開了群組|離開了)"),
    re.compile(r"(?P<who>.+?) hat die Gruppe verlassen\.?"),
    re.compile(r"(?P<who>.+?) salió del grupo\.?"),
    re.compile(r"(?P<who>.+?) saiu"),
    re.compile(r"(?P<who>.+?) a quitté le groupe"),
)
REMOVED = (
    re.compile(r"(?P<by>.+?) removed (?P<who>.+)"),
    re.compile(r"(?P<by>.+?)\s?(?:移除了|已移除)\s?(?P<who>.+)"),
    re.compile(r"(?P<by>.+?) hat (?P<who>.+) entfernt\.?"),
    re.compile(r"(?P<by>.+?) eliminó a (?P<who>.+)"),
)
CHANGED = re.compile(
    r".+ (?:created group|changed the (?:subject|group|description)|changed this group's|pinned a message).*"
    r"|.+(?:创建了群组|建立了群組|更改了(?:群组|主题|群).*).*|.+ hat (?:die Gruppe .+ erstellt|den Betreff .+geändert).*"
    r"|.+ (?:creó el grupo|cambió el (?:asunto|nombre)).*"
)
ENCRYPTED = re.compile(
    r".*(?:end-to-end encrypted|端到端加密|端對端加密|Ende-zu-Ende-verschlüsselt|cifrados? de extremo a extremo).*",
    re.DOTALL,
)
MYSELF = frozenset({"you", "your", "你", "您", "du", "tú", "você", "vous", "dich", "ti", "te"})
"""The person who exported: the file never gives their name in these lines."""
AND = re.compile(r", | and | und | y | e | et |、|和|及")
EVERYONE_ELSE = re.compile(r"\d+ (?:others|people|more)")
