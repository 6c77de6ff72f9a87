import pytest

from monitor.text.language import guess


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Der Kreml hat das Telefonat nicht bestätigt"),
        ("en", "The Kremlin has denied that there was a call"),
        ("fr", "Le Kremlin dément que les deux hommes se soient parlé"),
        ("es", "El Kremlin niega que los dos se hayan hablado por teléfono"),
        ("it", "Il Cremlino smentisce che i due si siano parlati"),
        ("pt", "O Kremlin nega que os dois tenham falado ao telefone"),
        ("nl", "Het Kremlin ontkent dat er een gesprek is geweest"),
        ("pl", "Kreml zaprzecza, że doszło do rozmowy"),
        ("ru", "Кремль опроверг сообщения о разговоре, которого не было"),
        ("uk", "Кремль спростував повідомлення про розмову, якої не було"),
        ("cs", "Kreml popřel, že se oba prezidenti spolu telefonicky spojili"),
        ("sv", "Kreml förnekar att det har varit ett samtal mellan de två"),
        ("sk", "Klub prestup nepotvrdil"),
        ("sk", "Kremeľ poprel, že sa obaja prezidenti spolu rozprávali"),
        ("hr", "Kremlj je demantirao da su predsjednici razgovarali"),
        ("hr", "Ministar ostaje na dužnosti"),
        ("bg", "Кремъл опроверга разговора"),
        ("bg", "Министърът подаде оставка"),
        ("tr", "Kremlin görüşmeyi yalanladı"),
        ("tr", "Bakan istifa etti"),
        ("el", "Διαψεύδει η Μόσχα"),
        ("da", "Kreml afviser, at der har været en samtale mellem de to"),
        ("da", "Ministeriet bekræfter nu, at chefen går af"),
        ("nb", "Kreml avviser at det har vært en samtale mellom de to"),
        ("nb", "Departementet bekrefter nå at sjefen går av"),
        ("ro", "Kremlinul neagă că ar fi avut loc o convorbire telefonică"),
        ("fi", "Kreml kiistää, että presidentit ovat puhuneet puhelimessa"),
        ("hu", "A Kreml cáfolta, hogy a két elnök telefonon beszélt volna"),
        ("zh", "克里姆林宫否认通话"),
        ("ja", "クレムリンは否定した"),
        ("ar", "الكرملين ينفي"),
    ],
)
def test_sentences_show_their_language(language, text):
    assert guess(text) == language


def test_nothing_is_no_language():
    assert guess("12 34") in {"en", "und"}
