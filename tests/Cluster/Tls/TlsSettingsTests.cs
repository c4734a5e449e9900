using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OrleansSale.Silo;
using static OrleansSale.Tests.Cluster.Tls.Authority;

namespace OrleansSale.Tests.Cluster.Tls;

/// <summary>What is wrong with the settings of TLS is told at the start, in one line that names the setting.</summary>
public sealed class TlsSettingsTests : IDisposable
{
    private readonly Authority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void Nothing_set_is_plain_text()
    {
        Load([]).ShouldBeNull();
        Load(new() { [CertificatePath] = "", [KeyPath] = null, [AuthorityPath] = "" }).ShouldBeNull();
    }

    [Fact]
    public void A_member_of_the_authority_can_start() => Load(_authority.Settings()).ShouldNotBeNull();

    [Fact]
    public void A_certificate_without_named_uses_is_good_for_both_sides()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=plain", key, HashAlgorithmName.SHA256);
        using var signed = request.Create(
            _authority.Root, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1]);
        Load(_authority.Settings(signed.CopyWithPrivateKey(key))).ShouldNotBeNull();
    }

    [Fact]
    public void A_certificate_may_come_with_its_chain_and_the_authority_beside_another()
    {
        using var between = new Authority(root: _authority.IssueIntermediate());
        using var next = new Authority("the next authority");
        var settings = _authority.Settings(
            between.Issue(), between.Root.ExportCertificatePem(),
            $"{next.Root.ExportCertificatePem()}\n{_authority.Root.ExportCertificatePem()}");
        Load(settings).ShouldNotBeNull();
        var without = _authority.Settings(between.Issue());
        Refused(without).ShouldStartWith(
            $"{CertificatePath}: no authority of {AuthorityPath} vouches for the certificate");
    }

    [Theory]
    [InlineData(CertificatePath)]
    [InlineData(KeyPath)]
    [InlineData(AuthorityPath)]
    public void Each_of_the_three_is_needed_readable_and_what_it_should_be(string key)
    {
        Refused(key, null).ShouldBe(
            $"{key} missing: TLS needs {CertificatePath}, {KeyPath}, {AuthorityPath}, all or none.");
        Refused(key, Path.Combine(Path.GetTempPath(), "no-such-file.pem")).ShouldStartWith($"{key} cannot be read: ");
        Refused(key, Path.GetTempPath()).ShouldStartWith($"{key} cannot be read: ");
        Refused(key, "\0").ShouldStartWith($"{key} cannot be read: ");
        foreach (var text in new[] { "", "-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n", "小米" })
            Refused(key, _authority.Write(text)).ShouldStartWith($"{key} holds no ");
    }

    [Fact]
    public void A_key_of_another_certificate_does_not_fit()
    {
        using var other = RSA.Create(2048);
        foreach (var key in new[] { _authority.Issue().GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(),
            other.ExportPkcs8PrivateKeyPem() })
        {
            Refused(KeyPath, _authority.Write(key)).ShouldBe(
                $"{KeyPath} holds no private key (PEM, not encrypted) that belongs "
                + $"to the certificate of {CertificatePath}.");
        }
        var encrypted = other.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(
            PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterationCount: 1));
        Refused(KeyPath, _authority.Write(encrypted))
            .ShouldStartWith($"{KeyPath} holds no private key (PEM, not encrypted)");
    }

    [Fact]
    public void A_certificate_must_be_valid_now()
    {
        var now = DateTimeOffset.UtcNow;
        Refused(_authority.Settings(_authority.Issue(now.AddDays(-2), now.AddDays(-1))))
            .ShouldStartWith($"{CertificatePath}: CN=member expired at {now.AddDays(-1):yyyy-MM-dd}");
        Refused(_authority.Settings(_authority.Issue(now.AddDays(1), now.AddDays(2))))
            .ShouldStartWith($"{CertificatePath}: CN=member is not valid before {now.AddDays(1):yyyy-MM-dd}");
        using var expired = new Authority("an old authority", until: now.AddDays(-1));
        Refused(AuthorityPath, expired.Write(expired.Root.ExportCertificatePem()))
            .ShouldStartWith($"{AuthorityPath}: CN=an old authority expired at {now.AddDays(-1):yyyy-MM-dd}");
    }

    [Fact]
    public void A_certificate_that_the_members_would_refuse_is_refused_at_the_start()
    {
        using var other = new Authority("the cluster's authority");
        Refused(_authority.Settings(other.Issue()))
            .ShouldStartWith($"{CertificatePath}: no authority of {AuthorityPath} vouches");
        foreach (var use in new[] { Server, Client })
            Refused(_authority.Settings(_authority.Issue(uses: use))).ShouldContain("NotValidForUsage");
    }

    [Fact]
    public void A_member_s_certificate_is_no_authority()
    {
        var member = _authority.Issue();
        Refused(_authority.Settings(member, authorities: member.ExportCertificatePem()))
            .ShouldBe($"{AuthorityPath}: CN=member is not the root certificate of an authority.");
        var between = _authority.IssueIntermediate().ExportCertificatePem();
        Refused(AuthorityPath, _authority.Write(between))
            .ShouldBe($"{AuthorityPath}: CN=between is not the root certificate of an authority.");
    }

    private string Refused(string key, string? value) => Refused(new(_authority.Settings()) { [key] = value });

    private static string Refused(Dictionary<string, string?> settings)
    {
        var message = Should.Throw<StartException>(() => Load(settings)).Message;
        message.ShouldNotContain('\n');
        return message;
    }
}
