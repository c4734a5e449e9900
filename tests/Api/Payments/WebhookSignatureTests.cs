using System.Text;
using CsCheck;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Tests.Api.Payments;

public sealed class WebhookSignatureTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("an openssl secret of 32 bytes!!!");
    private static readonly byte[] OtherSecret = Encoding.ASCII.GetBytes("another secret of some 32 bytes.");
    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"type":"payment.captured","note":"小米"}""");
    private static readonly WebhookSignature Signature = new([Secret]);

    // printf 'msg_0001.1356062400.<the body>' | openssl dgst -sha256 -mac HMAC -macopt key:'an openssl secret of 32
    // bytes!!!' -binary | base64; the reference library of the specification (npm standardwebhooks 1.1.1) gives the
    // same.
    private const string KnownAnswer = "v1,5dHegO164htQ9rD5m0YCtepqMh0b8MJ2ZHG6M8msi3k=";

    [Fact]
    public void A_signature_is_the_one_that_openssl_and_the_reference_library_compute()
    {
        WebhookSignature.TimestampOf(Noon).ShouldBe("1356062400");
        Signature.Sign("msg_0001", "1356062400", Body).ShouldBe(KnownAnswer);
        Signature.Verify("msg_0001", "1356062400", KnownAnswer, Body, Noon).ShouldBe(SignatureVerdict.Valid);
    }

    [Fact]
    public void What_is_signed_verifies_and_any_change_of_it_does_not() =>
        Gen.Select(
                Gen.String[Gen.Char.AlphaNumeric, 1, 40], Gen.Byte.Array[0, 200], Gen.Int[0, 10_000], Gen.Byte[1, 255])
            .Sample((id, body, place, change) =>
            {
                var timestamp = WebhookSignature.TimestampOf(Noon);
                var signature = Signature.Sign(id, timestamp, body);
                Signature.Verify(id, timestamp, signature, body, Noon).ShouldBe(SignatureVerdict.Valid);

                Signature.Verify(id + "x", timestamp, signature, body, Noon).ShouldBe(SignatureVerdict.Mismatch);
                Signature.Verify(id, WebhookSignature.TimestampOf(Noon.AddSeconds(1)), signature, body, Noon)
                    .ShouldBe(SignatureVerdict.Mismatch);
                Signature.Verify(id, timestamp, signature, [.. body, change], Noon).ShouldBe(SignatureVerdict.Mismatch);
                if (body.Length == 0) return;
                body[place % body.Length] ^= change;
                Signature.Verify(id, timestamp, signature, body, Noon).ShouldBe(SignatureVerdict.Mismatch);
            }, iter: 500);

    [Theory]
    [InlineData(-300, SignatureVerdict.Valid)]
    [InlineData(-301, SignatureVerdict.OutOfTime)]
    [InlineData(300, SignatureVerdict.Valid)]
    [InlineData(301, SignatureVerdict.OutOfTime)]
    public void A_message_is_accepted_five_minutes_either_side_of_now(int seconds, SignatureVerdict expected) =>
        Signature.Verify("msg_0001", "1356062400", KnownAnswer, Body, Noon.AddSeconds(seconds)).ShouldBe(expected);

    [Fact]
    public void Another_secret_neither_verifies_nor_signs_alike()
    {
        var other = new WebhookSignature([OtherSecret]);
        other.Verify("msg_0001", "1356062400", KnownAnswer, Body, Noon).ShouldBe(SignatureVerdict.Mismatch);
        other.Sign("msg_0001", "1356062400", Body).ShouldNotBe(KnownAnswer);
    }

    [Fact]
    public void While_a_secret_is_replaced_either_side_may_go_first()
    {
        var both = new WebhookSignature([OtherSecret, Secret]);
        both.Verify("msg_0001", "1356062400", KnownAnswer, Body, Noon).ShouldBe(SignatureVerdict.Valid);
        var signedTwice = both.Sign("msg_0001", "1356062400", Body);
        signedTwice.Split(' ').Length.ShouldBe(2);
        Signature.Verify("msg_0001", "1356062400", signedTwice, Body, Noon).ShouldBe(SignatureVerdict.Valid);
        new WebhookSignature([OtherSecret]).Verify("msg_0001", "1356062400", signedTwice, Body, Noon)
            .ShouldBe(SignatureVerdict.Valid);
    }

    [Fact]
    public void Signatures_of_other_versions_are_passed_over()
    {
        Signature.Verify("msg_0001", "1356062400", $"v1a,abc {KnownAnswer} v2,x", Body, Noon)
            .ShouldBe(SignatureVerdict.Valid);
        Signature.Verify("msg_0001", "1356062400", "v2," + KnownAnswer[3..], Body, Noon)
            .ShouldBe(SignatureVerdict.Mismatch);
    }

    [Theory]
    [InlineData("v1,")]
    [InlineData("v1,5dHegO164htQ9rD5m0YCtepqMh0b8MJ2ZHG6M8msi3")]
    [InlineData("v1,5dHegO164htQ9rD5m0YCtepqMh0b8MJ2ZHG6M8msiw==")]
    [InlineData("v1,5dHegO164htQ9rD5m0YCtepqMh0b8MJ2ZHG6M8msi3k=AAAA")]
    [InlineData("5dHegO164htQ9rD5m0YCtepqMh0b8MJ2ZHG6M8msi3k=")]
    [InlineData("v1,not base64")]
    public void A_truncated_or_garbled_signature_does_not_fit(string signature) =>
        Signature.Verify("msg_0001", "1356062400", signature, Body, Noon).ShouldBe(SignatureVerdict.Mismatch);

    [Theory]
    [InlineData(null, "1356062400", KnownAnswer)]
    [InlineData("", "1356062400", KnownAnswer)]
    [InlineData("msg_0001", null, KnownAnswer)]
    [InlineData("msg_0001", "1356062400", null)]
    [InlineData("msg_0001", "-1356062400", KnownAnswer)]
    [InlineData("msg_0001", "1356062400.0", KnownAnswer)]
    [InlineData("msg_0001", " 1356062400", KnownAnswer)]
    [InlineData("msg_0001", "99999999999999999999", KnownAnswer)]
    public void A_header_that_is_missing_or_not_of_its_form_is_malformed(
        string? id, string? timestamp, string? signatures) =>
        Signature.Verify(id, timestamp, signatures, Body, Noon).ShouldBe(SignatureVerdict.Malformed);

    [Fact]
    public void More_signatures_than_the_bound_are_malformed() =>
        Signature.Verify(
            "msg_0001",
            "1356062400",
            string.Join(' ', Enumerable.Repeat(KnownAnswer, WebhookSignature.MaxSignatures + 1)),
            Body,
            Noon).ShouldBe(SignatureVerdict.Malformed);

    [Fact]
    public void Rubbish_in_the_headers_never_verifies_and_never_throws() =>
        Gen.Select(Gen.String[0, 300], Gen.String[0, 20], Gen.String[0, 600], Gen.Byte.Array[0, 100])
            .Sample((id, timestamp, signatures, body) =>
                Signature.Verify(id, timestamp, signatures, body, Noon).ShouldNotBe(SignatureVerdict.Valid),
                iter: 2_000);
}
