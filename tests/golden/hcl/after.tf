terraform {
  required_version = ">= 1.0"
}
variable "region" {
  type = string
  default = "us"
}
resource "aws_instance" "site" {
  ami = var.ami
  tags = { Name = "x" }
  dynamic "ebs" {
    for_each = var.x
  }
}
locals {
  a = 1
  c = 3
  b = "${local.a}-x"
}
region = "x"
