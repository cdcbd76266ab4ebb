#requires -Version 5
using module Foo
using namespace System.IO
param([string]$Name = 'x')
$script:Count = 1
<# help #>
function Get-Thing {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [int] $Count = 4
    )
    begin { $a = 1 }
    process { Write-Host "bye $Name" }
    end { return $a }
}
function script:Inner($a, $b) { $a + $b }
filter Just { $_ }
class Point : Base {
    [int] $X = 0
    static [string] $Kind
    Point([int] $x) { $this.X = $x }
    [int] Sum([int] $a, [int] $b) { return $a + $this.X }
    hidden [void] No() {
        # nothing
    }
}
enum Colour { Red; Blue }
